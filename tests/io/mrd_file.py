"""Small ISMRMRD files, written by the ISMRMRD library."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import ismrmrd
import numpy as np
from numpy.typing import NDArray

NOISE = ismrmrd.ACQ_IS_NOISE_MEASUREMENT
CALIBRATION = ismrmrd.ACQ_IS_PARALLEL_CALIBRATION
BOTH = ismrmrd.ACQ_IS_PARALLEL_CALIBRATION_AND_IMAGING
REVERSED = ismrmrd.ACQ_IS_REVERSE
NAVIGATION = ismrmrd.ACQ_IS_NAVIGATION_DATA


def readout(
    data: NDArray[np.complex64],
    *,
    flags: Iterable[int] = (),
    centre: int | None = None,
    discard: tuple[int, int] = (0, 0),
    dwell_time: float = 4.0,
    **counters: int,
) -> ismrmrd.Acquisition:
    """Return one readout, ``coil sample``; counters as ISMRMRD calls them, times in µs."""
    acquisition = ismrmrd.Acquisition.from_array(np.ascontiguousarray(data))
    acquisition.center_sample = data.shape[1] // 2 if centre is None else centre
    acquisition.discard_pre, acquisition.discard_post = discard
    acquisition.sample_time_us = dwell_time
    for flag in flags:
        acquisition.set_flag(flag)
    for name, value in counters.items():
        setattr(acquisition.idx, name, value)
    return acquisition


def lines(
    kspace: NDArray[np.complex64], columns: Iterable[int] | None = None, **counters: int
) -> list[ismrmrd.Acquisition]:
    """Return the columns of ``coil ky kx`` as readouts."""
    wanted = range(kspace.shape[-1]) if columns is None else columns
    return [readout(kspace[:, :, c], kspace_encode_step_1=c, **counters) for c in wanted]


def write_mrd(path: Path, xml: bytes, readouts: Iterable[ismrmrd.Acquisition]) -> Path:
    """Write header and readouts."""
    dataset = ismrmrd.Dataset(str(path), "dataset", mode="w")
    dataset.write_xml_header(xml)
    for acquisition in readouts:
        dataset.append_acquisition(acquisition)
    dataset.close()
    return path
