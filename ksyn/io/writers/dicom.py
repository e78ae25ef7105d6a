"""DICOM: a derived MR image without a patient."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from jaxtyping import Complex
from numpy.typing import NDArray
from torch import Tensor

from ksyn.data import KSpace
from ksyn.io.writers.writer import Window, Writer, label, magnitude, window_of

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

_MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
"""MR Image Storage."""
_SERIES = "1.2.840.10008.5.1.4.1.1.7.3"
"""Multi-frame Grayscale Word Secondary Capture Image Storage."""
_EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
_MOST = 65535
_LONG_TEXT = 1024


class DicomWriter(Writer):
    """MR Image for a still image, multi-frame secondary capture for a series; 16 bits.

    The magnitude follows from the stored values by RescaleSlope. Position and orientation are not
    known to a k-space; they are written as an axial slice at the origin, because the standard
    asks for them.

    Source: DICOM PS3.3, C.8.3 (MR image) and A.8.4 (multi-frame grayscale word).
    """

    name: ClassVar[str] = "dicom"
    title: ClassVar[str] = "DICOM image"
    suffixes: ClassVar[tuple[str, ...]] = (".dcm",)

    def write(
        self,
        path: Path,
        image: Complex[Tensor, "frame y x"],
        *,
        kspace: KSpace | None = None,  # noqa: ARG002 - the format has no place for it
        voxel_size: tuple[float, float],
        provenance: dict[str, str],
        window: Window | None = None,
    ) -> None:
        """Write the image."""
        values = magnitude(image)
        dataset = _empty(path, _MR_IMAGE if len(values) == 1 else _SERIES)
        _add_series(dataset, provenance)
        _add_plane(dataset, values.shape, voxel_size)
        _add_pixels(dataset, values, window)
        dataset.save_as(path, enforce_file_format=True)


def _empty(path: Path, kind: str) -> FileDataset:
    """Return a data set with new UIDs, and nobody in it."""
    from pydicom.dataset import FileDataset, FileMetaDataset  # late: slow to import
    from pydicom.uid import UID, generate_uid

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(kind)
    meta.MediaStorageSOPInstanceUID = generate_uid(prefix=None)
    meta.TransferSyntaxUID = UID(_EXPLICIT_LITTLE_ENDIAN)
    dataset = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = kind
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    for name in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        setattr(dataset, name, generate_uid(prefix=None))
    for name in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate",
                 "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName",
                 "PositionReferenceIndicator", "Laterality"):  # fmt: skip
        setattr(dataset, name, "")
    dataset.SpecificCharacterSet = "ISO_IR 192"
    return dataset


def _add_series(dataset: FileDataset, provenance: dict[str, str]) -> None:
    now = datetime.now(UTC)
    dataset.InstanceCreationDate, dataset.InstanceCreationTime = f"{now:%Y%m%d}", f"{now:%H%M%S}"
    dataset.TimezoneOffsetFromUTC = "+0000"
    dataset.Modality = "MR"
    dataset.Manufacturer = "K-Syn"
    dataset.SoftwareVersions = provenance.get("version", "")[:64]
    dataset.ImageType = ["DERIVED", "SECONDARY", "OTHER"]
    made = "; ".join(f"{key}: {value}" for key, value in provenance.items())
    dataset.DerivationDescription = f"{label(provenance)}. {made}"[:_LONG_TEXT]
    dataset.SeriesDescription = f"K-Syn {provenance.get('method', '')}".strip()[:64]
    dataset.ImageComments = label(provenance)
    dataset.BurnedInAnnotation = "NO"
    dataset.SeriesNumber = dataset.InstanceNumber = 1
    dataset.ConversionType = "WSD"


def _add_plane(
    dataset: FileDataset, shape: tuple[int, ...], voxel_size: tuple[float, float]
) -> None:
    height, width = (1e3 * size for size in voxel_size)
    dataset.PixelSpacing = [round(height, 8), round(width, 8)]
    frames, rows, columns = shape
    if frames > 1:
        dataset.NumberOfFrames = frames
        dataset.FrameIncrementPointer = 0x00280008
        return
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    corner = -width * (columns // 2), -height * (rows // 2), 0
    dataset.ImagePositionPatient = [round(value, 6) for value in corner]
    dataset.SliceThickness = dataset.RepetitionTime = dataset.EchoTime = None
    dataset.EchoTrainLength = None
    dataset.ScanningSequence, dataset.SequenceVariant, dataset.ScanOptions = "RM", "NONE", ""
    dataset.MRAcquisitionType = "2D"


def _add_pixels(dataset: FileDataset, values: NDArray[np.float32], window: Window | None) -> None:
    slope = float(f"{max(float(values.max()), 1e-30) / _MOST:.9e}")
    pixels = np.clip(np.rint(values / slope), 0, _MOST).astype("<u2")
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, slope, "US"
    low, high = window or window_of(values)
    dataset.WindowCenter, dataset.WindowWidth = f"{(low + high) / 2:.8g}", f"{high - low:.8g}"
    dataset.PixelData = pixels.tobytes()
