"""Siemens TWIX raw files, by twixtools (an extra): their readouts described as ISMRMRD does."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ksyn.errors import ReadError
from ksyn.io.guard import DAMAGED, reading
from ksyn.io.layout import Layout
from ksyn.io.mrd_header import Limits, MrdHeader, Space
from ksyn.io.mrd_table import HEAD, Flag
from ksyn.io.probe import Probe
from ksyn.io.raw import RawScan
from ksyn.io.reader import Reader

_FLAGS = {
    "NOISEADJSCAN": Flag.NOISE,
    "PATREFSCAN": Flag.CALIBRATION,
    "PATREFANDIMASCAN": Flag.CALIBRATION_AND_IMAGING,
    "REFLECT": Flag.REVERSED,
    "PHASCOR": Flag.PHASE_CORRECTION,
    "RTFEEDBACK": Flag.REALTIME_FEEDBACK,
    "HPFEEDBACK": Flag.FEEDBACK,
    "REFPHASESTABSCAN": Flag.STABILISATION_REFERENCE,
    "PHASESTABSCAN": Flag.STABILISATION,
    "ACQEND": Flag.DUMMY,
    "SYNCDATA": Flag.DUMMY,
}
_COUNTERS = {
    "kspace_encode_step_1": "Lin",
    "kspace_encode_step_2": "Par",
    "slice": "Sli",
    "contrast": "Eco",
    "phase": "Phs",
    "repetition": "Rep",
    "set": "Set",
}
_TRAJECTORIES = {1: "cartesian", 2: "radial", 4: "spiral", 8: "propeller"}
_MOST_MEASUREMENTS = 64

_Measurement = dict[str, Any]


class TwixScan(RawScan):
    """The last measurement of a TWIX file; those before it are adjustments.

    Args:
        path: The file.
        measurement: It, as twixtools reads it: headers only.
    """

    def __init__(self, path: Path, measurement: _Measurement) -> None:
        self._readouts = [r for r in measurement["mdb"] if not _is_service(r)]
        if not self._readouts:
            raise ReadError(f"{path.name} has no readouts.", hint=DAMAGED)
        heads = _heads(self._readouts)
        header = _header(measurement["hdr"], self._readouts, heads)
        super().__init__(path, READER.name, header, heads)

    def values(self, numbers: NDArray[np.int64]) -> Iterator[NDArray[Any]]:
        """Yield the numbers of readouts."""
        for number in numbers.tolist():
            with reading(self.path, "Siemens raw data"):
                samples = np.ascontiguousarray(self._readouts[number].data, dtype=np.complex64)
            yield samples.view(np.float32).ravel()


def open_twix(probe: Probe, layout: Layout | None = None) -> TwixScan:  # noqa: ARG001
    """Open a TWIX file."""
    import twixtools  # late: an extra

    # It prints where a file was cut short; that readouts are missing is told as a ReadError.
    with reading(probe.path, "Siemens raw data"), redirect_stdout(StringIO()):
        measurements = twixtools.read_twix(str(probe.path), verbose=False)
        return TwixScan(probe.path, measurements[-1])


def _is_service(readout: Any) -> bool:  # noqa: ANN401 - twixtools has no types
    return bool(readout.is_flag_set("ACQEND") or readout.is_flag_set("SYNCDATA"))


def _heads(readouts: list[Any]) -> NDArray[Any]:
    """Return the readouts' headers under ISMRMRD's names."""
    heads = np.zeros(len(readouts), dtype=HEAD)
    for head, readout in zip(heads, readouts, strict=True):
        header = readout.mdh
        head["flags"] = sum(bit for name, bit in _FLAGS.items() if readout.is_flag_set(name))
        head["number_of_samples"] = header.SamplesInScan
        head["active_channels"] = header.UsedChannels
        head["center_sample"] = header.CenterCol
        head["discard_pre"] = header.CutOff.Pre
        head["discard_post"] = header.CutOff.Post
        for ours, theirs in _COUNTERS.items():
            head["idx"][ours] = getattr(header.Counter, theirs)
    return heads


def _header(told: _Measurement, readouts: list[Any], heads: NDArray[Any]) -> MrdHeader:
    """Return what the protocol says, in ISMRMRD's words."""
    config, protocol = told["Config"], told["MeasYaps"]
    imaging = np.flatnonzero((heads["flags"] & np.uint64(Flag.NOISE)) == 0)
    first = readouts[int(imaging[0])].mdh if imaging.size else readouts[0].mdh
    rows, base = _rows(heads[imaging]), int(config["BaseResolution"])
    lines = int(heads["idx"]["kspace_encode_step_1"].max()) + 1
    columns = max(int(config["PhaseEncodingLines"]), lines)
    partitions = int(config.get("NoOfFourierPartitions") or 1)
    oversampled = 1 + float(protocol["sKSpace"].get("dPhaseOversamplingForDialog", 0))
    height, width = mm_to_m(config["RoFOV"]), mm_to_m(config["PeFOV"]) * oversampled
    depth = mm_to_m(protocol["sSliceArray"]["asSlice"][0]["dThickness"])
    return MrdHeader(
        encoded=Space((rows, columns, partitions), (height * rows / base, width, depth)),
        recon=Space((base, columns, partitions), (height, width, depth)),
        limits={
            "kspace_encoding_step_1": Limits(0, columns - 1, int(first.CenterLin)),
            "kspace_encoding_step_2": Limits(0, partitions - 1, int(first.CenterPar)),
        },
        trajectory=_trajectory(told),
        noise_bandwidth=1.0,
        facts=tuple(_facts(told)),
    )


def mm_to_m(value: object) -> float:
    """Return a length in metres."""
    return 1e-3 * float(str(value))


def _rows(heads: NDArray[Any]) -> int:
    """Return the readout's matrix: twice its longer side, for an echo may be asymmetric."""
    samples, centre = (heads[name].astype(int) for name in ("number_of_samples", "center_sample"))
    return int(2 * np.maximum(centre, samples - centre).max())


def _trajectory(told: _Measurement) -> str:
    if "EP" in str(told["Dicom"].get("tScanningSequence", "")).split("\\"):
        return "epi"
    code = int(told["MeasYaps"]["sKSpace"].get("ucTrajectory", 1))
    return _TRAJECTORIES.get(code, f"unknown ({code})")


def _facts(told: _Measurement) -> Iterator[tuple[str, str]]:
    scanner, protocol = told["Dicom"], told["MeasYaps"]
    yield "Vendor", str(scanner.get("Manufacturer", "SIEMENS"))
    yield "System", str(scanner.get("ManufacturersModelName", ""))
    if "flMagneticFieldStrength" in scanner:
        yield "Field strength", f"{float(scanner['flMagneticFieldStrength']):.4g} T"
    yield "Protocol", str(protocol.get("tProtocolName", ""))[:80]
    yield "Sequence", str(protocol.get("tSequenceFileName", ""))[:80]
    for name, where in (("TR", "alTR"), ("TE", "alTE")):  # [µs]
        if protocol.get(where):
            yield name, f"{1e-3 * float(protocol[where][0]):.4g} ms"
    if protocol.get("adFlipAngleDegree"):
        yield "Flip angle", f"{float(protocol['adFlipAngleDegree'][0]):.4g} °"


def _is_twix(probe: Probe) -> bool:
    """Return whether a file begins as TWIX does, of software VB or of VD, VE and later."""
    if len(probe.head) < 32:
        return False
    first, second = struct.unpack_from("<II", probe.head)
    (offset,) = struct.unpack_from("<Q", probe.head, 16)
    later = first < 10_000 and 1 <= second <= _MOST_MEASUREMENTS
    if later and 8 + 152 * second <= offset < probe.path.stat().st_size and offset % 512 == 0:
        return True
    return probe.head[8:15] == b"Config\0"


def _unavailable() -> str:
    return "" if find_spec("twixtools") else "Install the extra: pip install 'ksyn[siemens]'."


READER = Reader(
    "siemens", "Siemens raw data (TWIX)", (".dat",), _is_twix, open_twix, False, _unavailable
)
