"""Small files of the fastMRI kind, with a real ISMRMRD header written by the ISMRMRD library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from ismrmrd import xsd
from numpy.typing import NDArray


def random_complex(*shape: int, seed: int = 1) -> NDArray[np.complex64]:
    """Return complex normal numbers."""
    rng = np.random.default_rng(seed)
    return (rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype(np.complex64)


def mrd_xml(
    encoded: tuple[int, int, int],
    recon: tuple[int, int, int],
    *,
    centre: int | None = None,
    lines: int | None = None,
    pixel: float = 1.0,
    depth: float | None = None,
    trajectory: str = "cartesian",
) -> bytes:
    """Return a header; sizes in samples, `pixel` in mm, and a patient nobody may be shown."""
    limits = xsd.encodingLimitsType()
    if centre is not None:
        last = (lines or encoded[1]) - 1
        limits.kspace_encoding_step_1 = xsd.limitType(minimum=0, maximum=last, center=centre)
    encoding = xsd.encodingType(
        encodedSpace=_space(encoded, pixel, depth),
        reconSpace=_space(recon, pixel, None),
        encodingLimits=limits,
        trajectory=xsd.trajectoryType(trajectory),
    )
    header = xsd.ismrmrdHeader(
        subjectInformation=xsd.subjectInformationType(patientName="Secret^Name", patientID="S123"),
        studyInformation=xsd.studyInformationType(studyID="Secret-Study"),
        acquisitionSystemInformation=xsd.acquisitionSystemInformationType(
            systemVendor="Maker",
            systemModel="Model",
            systemFieldStrength_T=1.494,
            institutionName="Secret Hospital",
            deviceID="Secret-Device",
            relativeReceiverNoiseBandwidth=0.8,
        ),
        experimentalConditions=xsd.experimentalConditionsType(H1resonanceFrequency_Hz=63500000),
        sequenceParameters=xsd.sequenceParametersType(TR=[500.0], TE=[12.5], flipAngle_deg=[70.0]),
        encoding=[encoding],
    )
    return xsd.ToXML(header).encode()


def write_fastmri(
    path: Path,
    kspace: NDArray[Any],
    *,
    header: bytes | None = b"",
    mask: NDArray[Any] | None = None,
    **references: NDArray[Any],
) -> Path:
    """Write ``slice coil ky kx`` or ``slice ky kx``; a header without oversampling by default."""
    rows, columns = kspace.shape[-2:]
    if header == b"":
        header = mrd_xml((rows, columns, 1), (rows, columns, 1))
    with h5py.File(path, "w") as file:
        file["kspace"] = kspace
        file.attrs["acquisition"] = "AXT2"
        file.attrs["patient_id"] = "Secret-Hash"
        if header is not None:
            file["ismrmrd_header"] = header
        if mask is not None:
            file["mask"] = mask
        for name, values in references.items():
            file[name] = values
    return path


def _space(
    matrix: tuple[int, int, int], pixel: float, depth: float | None
) -> xsd.encodingSpaceType:
    x, y, z = matrix
    field_of_view = xsd.fieldOfViewMm(x=x * pixel, y=y * pixel, z=depth or z * pixel)
    return xsd.encodingSpaceType(
        matrixSize=xsd.matrixSizeType(x=x, y=y, z=z), fieldOfView_mm=field_of_view
    )
