"""Where the readouts of an ISMRMRD file fall on the Cartesian grid."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Complex
from numpy.typing import NDArray
from torch import Tensor

from ksyn.errors import ReadError
from ksyn.io.guard import DAMAGED, check_memory
from ksyn.io.mrd_header import MrdHeader
from ksyn.io.mrd_table import Table


class Grid:
    """The encoded matrix, and the place of each readout on it.

    Args:
        path: The file, for messages.
        header: Matrix and encoding limits.
        table: The readouts.

    Raises:
        ReadError: A readout falls beside the matrix.
    """

    def __init__(self, path: Path, header: MrdHeader, table: Table) -> None:
        if header.encoded is None:
            raise ReadError(f"The header of {path.name} has no encoded matrix.", hint=DAMAGED)
        self._path = path
        self._table = table
        rows, columns, partitions = header.encoded.matrix
        volume = np.unique(table.partition).size > 1
        self.matrix = rows, columns
        self._start = _starts(path, table, rows)
        self._column = _placed(path, table.line, columns, header, "kspace_encoding_step_1")
        self._partitions = partitions if volume else 1
        self._partition = np.zeros_like(table.partition)
        self._shown = 1
        if volume:
            counter = "kspace_encoding_step_2"
            self._partition = _placed(path, table.partition, partitions, header, counter)
            self._shown = _shown_partitions(header, partitions)
            self._check_partitions()
        self.n_slices = table.n_slices * self._shown

    def readouts_of(self, index: int) -> NDArray[np.int64]:
        """Return the positions in the table of what a slice is made of.

        Calibration that was not meant for the image is used where nothing else was measured.
        """
        mine = np.flatnonzero(self._table.slice == index // self._shown)
        column, frame = self._column[mine], self._table.frame[mine]
        only = self._table.calibration_only[mine]
        imaged = np.zeros((self._table.n_frames, self.matrix[1]), dtype=bool)
        imaged[frame[~only], column[~only]] = True
        somewhere = np.asarray(imaged.any(axis=0))
        taken = np.where(frame < 0, somewhere[column], imaged[frame, column])
        return mine[~only | ~taken]

    def filled(
        self, index: int, readouts: Iterable[tuple[int, NDArray[np.complex64]]]
    ) -> tuple[Complex[Tensor, "frame coil ky kx"], Bool[Tensor, "frame 1 ky kx"]]:
        """Return the k-space of a slice from its readouts, and where it was measured."""
        frames, coils = self._table.n_frames, self._table.coils
        check_memory(self._path, (frames, coils, *self.matrix), 8)
        total = np.zeros((frames, coils, *self.matrix), dtype=np.complex64)
        count = np.zeros((frames, 1, *self.matrix), dtype=np.float32)
        partitions: dict[tuple[int, int], set[int]] = {}
        for position, data in readouts:
            frame, column = int(self._table.frame[position]), int(self._column[position])
            which = slice(None) if frame < 0 else frame
            values, rows = self._trimmed(position, data)
            with np.errstate(all="ignore"):  # what is not finite is counted later
                total[which, :, rows, column] += values * self._weight(index, position)
            count[which, :, rows, column] += 1
            partitions.setdefault((frame, column), set()).add(int(self._partition[position]))
        for (frame, column), found in partitions.items():
            count[slice(None) if frame < 0 else frame, :, :, column] /= len(found)
        with np.errstate(all="ignore"):
            samples = np.divide(total, count, out=total, where=count > 0)
        return torch.from_numpy(samples), torch.from_numpy(count > 0)

    def _trimmed(
        self, position: int, data: NDArray[np.complex64]
    ) -> tuple[NDArray[np.complex64], slice]:
        """Return the samples of a readout that count, and their rows."""
        table = self._table
        first = int(table.discard_before[position])
        stop = data.shape[1] - int(table.discard_after[position])
        start = int(self._start[position])
        if table.reversed[position]:
            data, first, stop = data[:, ::-1], data.shape[1] - stop, data.shape[1] - first
        return data[:, first:stop], slice(start + first, start + stop)

    def _weight(self, index: int, position: int) -> complex:
        """Return the factor of a partition in the slice: one term of the centred transform."""
        n = self._partitions
        if n == 1:
            return 1.0
        z = index % self._shown - self._shown // 2
        kz = int(self._partition[position]) - n // 2
        return complex(np.exp(2j * np.pi * kz * z / n) / np.sqrt(n))

    def _check_partitions(self) -> None:
        """Refuse lines whose partitions have gaps: slices would be aliased on each other."""
        table = self._table
        keys = np.stack([table.slice, table.frame, self._column], axis=1)
        order = np.lexsort((self._partition, *keys.T[::-1]))
        same = np.all(np.diff(keys[order], axis=0) == 0, axis=1)
        steps = np.diff(self._partition[order])
        if np.any(same & (steps > 1)):
            raise ReadError(
                f"{self._path.name} is a 3D scan that leaves out partitions.",
                hint="Only 3D scans whose partitions are all measured can be opened.",
            )


def _placed(
    path: Path, counter: NDArray[np.int64], size: int, header: MrdHeader, name: str
) -> NDArray[np.int64]:
    """Return grid positions such that the limits' centre falls on the zero frequency."""
    limits = header.limits.get(name)
    shift = size // 2 - limits.centre if limits and limits.maximum > 0 else 0
    placed = counter + shift
    if placed.min() < 0 or placed.max() >= size:
        raise ReadError(
            f"{path.name}: {name} runs from {counter.min()} to {counter.max()} with its centre at "
            f"{size // 2 - shift}, which does not fit the encoded matrix of {size}.",
            hint=DAMAGED,
        )
    return placed


def _starts(path: Path, table: Table, rows: int) -> NDArray[np.int64]:
    """Return the row of each readout's first sample, in the order of rising frequency."""
    unset = (table.centre == 0) & (table.samples == rows)
    centre = np.where(unset, table.samples // 2, table.centre)
    # A symmetric readout is turned about its own middle, as vendors do: the step of a sample that
    # this makes is a matter of the EPI phase correction.
    turned = table.reversed & (centre != table.samples // 2)
    centre = np.where(turned, table.samples - 1 - centre, centre)
    start = rows // 2 - centre
    before = np.where(table.reversed, table.discard_after, table.discard_before)
    after = np.where(table.reversed, table.discard_before, table.discard_after)
    stop = start + table.samples
    outside = (start + before < 0) | (stop - after > rows) | (before + after >= table.samples)
    if outside.any():
        first = int(np.flatnonzero(outside)[0])
        raise ReadError(
            f"{path.name}: a readout of {table.samples[first]} samples with its centre at "
            f"{table.centre[first]} does not fit the encoded matrix of {rows}.",
            hint=DAMAGED,
        )
    return start


def _shown_partitions(header: MrdHeader, partitions: int) -> int:
    """Return how many slices are left once oversampling along the partitions is removed."""
    if header.encoded is None or header.recon is None:
        return partitions
    ratio = header.recon.field_of_view[2] / header.encoded.field_of_view[2]
    return round(partitions * ratio) if 0 < ratio < 1 else partitions
