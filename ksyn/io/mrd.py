"""ISMRMRD (MRD) raw files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ksyn.errors import ReadError
from ksyn.io.guard import DAMAGED, reading
from ksyn.io.hdf5 import Hdf5File
from ksyn.io.layout import Layout
from ksyn.io.mrd_header import parse_mrd_header
from ksyn.io.probe import Probe
from ksyn.io.raw import RawScan
from ksyn.io.reader import Reader

_BATCH = 256
"""Readouts read at a time."""


class MrdScan(RawScan):
    """An ISMRMRD raw file.

    Args:
        path: The file.
        file: It, opened; closed with the scan.
        group: Path of its group of header and readouts.
    """

    def __init__(self, path: Path, file: Hdf5File, group: str) -> None:
        self._file = file
        self._data = file.datasets[f"{group}/data"]
        header = parse_mrd_header(path, file.datasets[f"{group}/xml"].text())
        super().__init__(path, READER.name, header, self._data.field("head"))

    def values(self, numbers: NDArray[np.int64]) -> Iterator[NDArray[Any]]:
        """Yield the numbers of readouts, reading neighbours together."""
        for first, stop in _runs(numbers):
            yield from self._data.ragged("data", first, stop)

    def close(self) -> None:
        """Close the file."""
        super().close()
        self._file.close()


def open_mrd(probe: Probe, layout: Layout | None = None) -> MrdScan:  # noqa: ARG001
    """Open an ISMRMRD raw file."""
    group = _group(probe)
    if probe.hdf5 is None or group is None:
        raise ReadError(f"{probe.path.name} has no raw data of ISMRMRD.", hint=DAMAGED)
    with reading(probe.path, "ISMRMRD"):
        return MrdScan(probe.path, probe.hdf5, group)


def _group(probe: Probe) -> str | None:
    """Return the first group that holds a header and readouts."""
    if probe.hdf5 is None:
        return None
    datasets = probe.hdf5.datasets
    for name, dataset in datasets.items():
        group, _, last = name.rpartition("/")
        named = set(dataset.dtype.names or ())
        if last == "data" and {"head", "data"} <= named and f"{group}/xml" in datasets:
            return str(group)
    return None


def _runs(numbers: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield (first, stop) of consecutive numbers, `_BATCH` at most."""
    breaks = np.flatnonzero(np.diff(numbers) != 1) + 1
    for run in np.split(numbers, breaks):
        for first in range(0, run.size, _BATCH):
            batch = run[first : first + _BATCH]
            yield int(batch[0]), int(batch[-1]) + 1


def _is_mrd(probe: Probe) -> bool:
    return _group(probe) is not None


READER = Reader("ismrmrd", "ISMRMRD raw data", (".h5", ".mrd"), _is_mrd, open_mrd, False)
