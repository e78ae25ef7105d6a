"""RawScan: a scan stored as readouts, sorted to Cartesian k-space slice by slice."""

from __future__ import annotations

from abc import abstractmethod
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
from ksyn.io.guard import DAMAGED, check_memory
from ksyn.io.mrd_grid import Grid
from ksyn.io.mrd_header import MrdHeader, voxel_size
from ksyn.io.mrd_table import noise_readouts, table_of
from ksyn.io.readout import cropped_readout, cropped_readout_mask, rows_without_oversampling
from ksyn.io.sampling import shared_mask
from ksyn.io.scan import Acquired, Scan

_CARTESIAN = ("", "cartesian", "epi")


class RawScan(Scan):
    """A scan stored as readouts with a header each.

    Readouts stand along ky, phase encoding along kx. Contrasts, sets, cardiac phases and
    repetitions become frames; averages are averaged; a 3D scan is transformed along its
    partitions and shown slice by slice.

    Args:
        path: The file.
        format: The reader's name.
        header: Matrix, field of view and encoding limits.
        heads: The readouts' headers, fields as ISMRMRD has them.

    Raises:
        ReadError: The scan is not Cartesian, or its readouts do not fit its matrix.
    """

    def __init__(
        self,
        path: Path,
        format: str,  # noqa: A002 - the word users know
        header: MrdHeader,
        heads: NDArray[Any],
    ) -> None:
        super().__init__(path, format)
        if header.trajectory not in _CARTESIAN:
            raise ReadError(
                f"{path.name} has a {header.trajectory} trajectory.",
                hint="Only Cartesian scans can be opened; grid it first (BART nufft, for example).",
            )
        self._mrd = header
        self._table = table_of(path, heads)
        self._noise = noise_readouts(heads, self._table.coils)
        self._grid = Grid(path, header, self._table)
        rows, columns = self._grid.matrix
        self.n_slices = self._grid.n_slices
        self.n_frames = self._table.n_frames
        self.n_coils = self._table.coils
        self.matrix = rows_without_oversampling(rows, header.oversampling), columns
        self.measured_size = voxel_size(header, (rows, columns))
        check_memory(path, (self.n_frames, self.n_coils, rows, columns), 8)

    @abstractmethod
    def values(self, numbers: NDArray[np.int64]) -> Iterator[NDArray[Any]]:
        """Yield the numbers of readouts: coil by coil, real and imaginary part in turn."""

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
        noise = [self._checked(data) for data in self.values(self._noise.number)]
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
        return facts + list(self._mrd.facts)

    def _read(self, positions: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.complex64]]]:
        """Yield (position in the table, samples ``coil sample``)."""
        values = self.values(self._table.number[positions])
        for position, data in zip(positions.tolist(), values, strict=True):
            yield position, self._checked(data, int(self._table.samples[position]))

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
