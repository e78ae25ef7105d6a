"""ISMRMRD (MRD) raw files: readouts sorted to Cartesian k-space, slice by slice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Complex
from numpy.typing import NDArray
from torch import Tensor

from ksyn.data import KSpace
from ksyn.errors import ReadError
from ksyn.io.guard import DAMAGED, check_memory, reading
from ksyn.io.hdf5 import Hdf5File
from ksyn.io.layout import Layout
from ksyn.io.mrd_grid import Grid
from ksyn.io.mrd_header import parse_mrd_header, voxel_size
from ksyn.io.mrd_table import noise_readouts, table_of
from ksyn.io.probe import Probe
from ksyn.io.reader import Reader
from ksyn.io.readout import cropped_readout, cropped_readout_mask, rows_without_oversampling
from ksyn.io.sampling import shared_mask
from ksyn.io.scan import Acquired, Scan

_CARTESIAN = ("", "cartesian", "epi")
_BATCH = 256
"""Readouts read at a time."""


class MrdScan(Scan):
    """An ISMRMRD raw file.

    Readouts stand along ky, phase encoding along kx. Contrasts, sets, cardiac phases and
    repetitions become frames; averages are averaged; a 3D scan is transformed along its
    partitions and shown slice by slice.

    Args:
        path: The file.
        file: It, opened; closed with the scan.
        group: Path of its group of header and readouts.
    """

    def __init__(self, path: Path, file: Hdf5File, group: str) -> None:
        super().__init__(path, READER.name)
        self._file = file
        self._data = file.datasets[f"{group}/data"]
        self._mrd = parse_mrd_header(path, file.datasets[f"{group}/xml"].text())
        if self._mrd.trajectory not in _CARTESIAN:
            raise ReadError(
                f"{path.name} has a {self._mrd.trajectory} trajectory.",
                hint="Only Cartesian scans can be opened; grid it first (BART nufft, for example).",
            )
        heads = self._data.field("head")
        self._table = table_of(path, heads)
        self._noise = noise_readouts(heads, self._table.coils)
        self._grid = Grid(path, self._mrd, self._table)
        rows, columns = self._grid.matrix
        self.n_slices = self._grid.n_slices
        self.n_frames = self._table.n_frames
        self.n_coils = self._table.coils
        self.matrix = rows_without_oversampling(rows, self._mrd.oversampling), columns
        self._measured_size = voxel_size(self._mrd, (rows, columns))
        self.voxel_size = self._measured_size or (1e-3, 1e-3)
        check_memory(path, (self.n_frames, self.n_coils, rows, columns), 8)

    def read_slice(self, index: int) -> Acquired:
        """Read the readouts of one slice and remove their oversampling."""
        positions = self._grid.readouts_of(index)
        samples, measured = self._grid.filled(index, self._read(positions))
        rows = self.matrix[0]
        if rows != samples.shape[-2]:
            samples = cropped_readout(samples, rows)
            measured = cropped_readout_mask(measured, rows)
        return Acquired(KSpace(samples * measured, self.voxel_size), shared_mask(measured))

    def noise_covariance(self) -> Complex[Tensor, "coil coil"] | None:
        """Return the covariance of the complex noise of a sample that was measured once.

        The noise readouts have their own bandwidth, and a filter that cuts off its edges.

        Source: Kellman and McVeigh, Magn. Reson. Med. 54(6), 1439-1447 (2005), appendix.
        """
        noise = [self._checked(data) for data in self._values(self._noise.number)]
        if not noise:
            return None
        samples = np.concatenate(noise, axis=1).astype(np.complex128)
        if samples.shape[1] <= self.n_coils or not np.isfinite(samples).all():
            return None
        covariance = samples @ samples.conj().T / samples.shape[1]
        times = self._noise.dwell_time, self._table.dwell_time
        ratio = times[0] / times[1] if min(times) > 0 else 1.0
        covariance = covariance * (ratio / self._mrd.noise_bandwidth)
        return torch.from_numpy(covariance.astype(np.complex64))

    def facts(self) -> list[tuple[str, str]]:
        """Return what the header says, and how many readouts there are of each kind."""
        table = self._table
        calibration = int(table.calibration_only.sum())
        facts = [("Readouts", f"{table.number.size - calibration} imaging")]
        extra = {"calibration": calibration, "noise": self._noise.number.size}
        extra["of other kinds, left out"] = table.skipped
        facts += [("", f"{count} {kind}") for kind, count in extra.items() if count]
        if self._mrd.oversampling > 1:
            facts.append(("Readout oversampling", f"{self._mrd.oversampling:.3g}, removed"))
        if self._mrd.trajectory == "epi":
            facts.append(("EPI", "ghosts and ramp sampling are not corrected"))
        if self._measured_size is None:
            facts.append(("Voxel size", "1 × 1 mm (assumed: the file does not say)"))
        return facts + list(self._mrd.facts)

    def close(self) -> None:
        """Close the file."""
        super().close()
        self._file.close()

    def _read(self, positions: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.complex64]]]:
        """Yield (position in the table, samples ``coil sample``)."""
        values = self._values(self._table.number[positions])
        for position, data in zip(positions.tolist(), values, strict=True):
            yield position, self._checked(data, int(self._table.samples[position]))

    def _values(self, numbers: NDArray[np.int64]) -> Iterator[NDArray[Any]]:
        """Yield the stored numbers of readouts, reading neighbours together."""
        for first, stop in _runs(numbers):
            yield from self._data.ragged("data", first, stop)

    def _checked(self, data: NDArray[Any], samples: int | None = None) -> NDArray[np.complex64]:
        values = np.ascontiguousarray(data, dtype=np.float32)
        unit = 2 * self.n_coils
        if values.size % unit or samples not in (None, values.size // unit):
            raise ReadError(
                f"A readout of {self.path.name} has {values.size} numbers, not 2 × "
                f"{self.n_coils} coils × {samples} samples.",
                hint=DAMAGED,
            )
        return values.view(np.complex64).reshape(self.n_coils, -1)


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
