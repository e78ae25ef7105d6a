"""The acquisitions of an ISMRMRD file: what each readout is, and where it belongs in k-space.

Source: Inati et al., Magn. Reson. Med. 77(1), 411-421 (2017), and the ISMRMRD flag definitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ksyn.errors import ReadError
from ksyn.io.guard import DAMAGED

_FRAME_COUNTERS = ("contrast", "set", "phase", "repetition")


HEAD = np.dtype(
    [
        ("flags", "u8"),
        ("encoding_space_ref", "u2"),
        ("number_of_samples", "u2"),
        ("active_channels", "u2"),
        ("center_sample", "u2"),
        ("discard_pre", "u2"),
        ("discard_post", "u2"),
        ("sample_time_us", "f4"),
        (
            "idx",
            [
                (name, "u2")
                for name in (
                    "kspace_encode_step_1",
                    "kspace_encode_step_2",
                    "slice",
                    *_FRAME_COUNTERS,
                )
            ],
        ),
    ]
)
"""The fields of a readout's header that matter here; ISMRMRD's own have more."""


class Flag(IntFlag):
    """What a readout is; bit n − 1 is ISMRMRD's flag n."""

    NOISE = 1 << 18
    CALIBRATION = 1 << 19
    CALIBRATION_AND_IMAGING = 1 << 20
    REVERSED = 1 << 21
    NAVIGATION = 1 << 22
    PHASE_CORRECTION = 1 << 23
    FEEDBACK = 1 << 25
    DUMMY = 1 << 26
    REALTIME_FEEDBACK = 1 << 27
    SURFACE_COIL_CORRECTION = 1 << 28
    STABILISATION_REFERENCE = 1 << 29
    STABILISATION = 1 << 30


_NO_IMAGE = (
    Flag.NOISE
    | Flag.NAVIGATION
    | Flag.PHASE_CORRECTION
    | Flag.FEEDBACK
    | Flag.DUMMY
    | Flag.REALTIME_FEEDBACK
    | Flag.SURFACE_COIL_CORRECTION
    | Flag.STABILISATION_REFERENCE
    | Flag.STABILISATION
)


@dataclass(frozen=True, eq=False)
class Table:
    """All readouts that make the image, one entry each, in the order of the file."""

    number: NDArray[np.int64]
    """Position in the file."""
    line: NDArray[np.int64]
    """Phase-encoding counter."""
    partition: NDArray[np.int64]
    """Partition-encoding counter."""
    slice: NDArray[np.int64]
    """Slice, counted from 0 without gaps."""
    frame: NDArray[np.int64]
    """Frame, counted from 0: contrasts, sets, phases and repetitions in this order; −1 = all."""
    calibration_only: NDArray[np.bool_]
    reversed: NDArray[np.bool_]
    samples: NDArray[np.int64]
    """Samples in the readout."""
    centre: NDArray[np.int64]
    """Sample at the zero frequency."""
    discard_before: NDArray[np.int64]
    discard_after: NDArray[np.int64]
    coils: int
    dwell_time: float
    """Time for a sample [s]; 0 when not said."""
    skipped: int
    """Readouts of another kind: navigators, phase correction, other encodings …"""

    @property
    def n_slices(self) -> int:
        """Slices."""
        return int(self.slice.max()) + 1

    @property
    def n_frames(self) -> int:
        """Frames."""
        return max(int(self.frame.max()) + 1, 1)


@dataclass(frozen=True, eq=False)
class NoiseReadouts:
    """Readouts with the transmitter off."""

    number: NDArray[np.int64]
    """Position in the file."""
    dwell_time: float
    """Time for a sample [s]; 0 when not said."""


def table_of(path: Path, heads: NDArray[Any]) -> Table:
    """Sort the readouts by their headers.

    Raises:
        ReadError: None makes an image, or they differ in their number of coils.
    """
    no_image = _has(heads, _NO_IMAGE)
    number = np.flatnonzero(~no_image & (heads["encoding_space_ref"] == 0))
    if number.size == 0:
        raise ReadError(
            f"{path.name} has {len(heads)} readouts, none of which makes an image.",
            hint="It may be a noise scan or an adjustment; open the scan itself.",
        )
    skipped = len(heads) - number.size - int(_has(heads, Flag.NOISE).sum())
    heads = heads[number]
    counters = heads["idx"]
    calibration_only = _has(heads, Flag.CALIBRATION) & ~_has(heads, Flag.CALIBRATION_AND_IMAGING)
    return Table(
        number=number,
        line=_whole(counters["kspace_encode_step_1"]),
        partition=_whole(counters["kspace_encode_step_2"]),
        slice=_whole(np.unique(counters["slice"], return_inverse=True)[1]),
        frame=_frames(counters, calibration_only),
        calibration_only=calibration_only,
        reversed=_has(heads, Flag.REVERSED),
        samples=_whole(heads["number_of_samples"]),
        centre=_whole(heads["center_sample"]),
        discard_before=_whole(heads["discard_pre"]),
        discard_after=_whole(heads["discard_post"]),
        coils=_coils(path, heads),
        dwell_time=_dwell_time(heads),
        skipped=skipped,
    )


def noise_readouts(heads: NDArray[Any], coils: int) -> NoiseReadouts:
    """Return the noise readouts that have as many coils as the image."""
    noise = _has(heads, Flag.NOISE) & (heads["active_channels"] == coils)
    number = np.flatnonzero(noise)
    return NoiseReadouts(number, _dwell_time(heads[number]))


def _has(heads: NDArray[Any], flags: Flag) -> NDArray[np.bool_]:
    has: NDArray[np.bool_] = (heads["flags"].astype(np.uint64) & np.uint64(flags)) != 0
    return has


def _whole(values: NDArray[Any]) -> NDArray[np.int64]:
    return values.astype(np.int64).reshape(-1)


def _frames(counters: NDArray[Any], calibration_only: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the frame of each readout, -1 for calibration that belongs to no frame's counters."""
    each = np.stack([counters[name].astype(np.int64) for name in _FRAME_COUNTERS], axis=1)
    imaging = each if calibration_only.all() else each[~calibration_only]
    frames = np.full(len(each), -1, dtype=np.int64)
    for index, frame in enumerate(np.unique(imaging, axis=0)):
        frames[(each == frame).all(axis=1)] = index
    return frames


def _coils(path: Path, heads: NDArray[Any]) -> int:
    numbers = np.unique(heads["active_channels"])
    if (numbers < 1).any():
        raise ReadError(f"Readouts of {path.name} are without samples.", hint=DAMAGED)
    if len(numbers) != 1:
        raise ReadError(
            f"The readouts of {path.name} have {', '.join(map(str, numbers[:8]))} coils.",
            hint="All readouts of an image need the same coils.",
        )
    return int(numbers[0])


def _dwell_time(heads: NDArray[Any]) -> float:
    times = heads["sample_time_us"]
    usable = times[np.isfinite(times) & (times > 0)]
    return float(np.median(usable)) * 1e-6 if usable.size else 0.0
