"""NumPy .npy files: k-space ``ky kx``, ``coil ky kx`` or ``frame coil ky kx`` unless told."""

from __future__ import annotations

from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from typing import Any
from zipfile import ZipExtFile

import numpy as np
from numpy.typing import NDArray

from ksyn.errors import ReadError
from ksyn.io.arrays import ArrayScan, check_numeric
from ksyn.io.choice import candidate_of
from ksyn.io.guard import DAMAGED, check_memory, reading
from ksyn.io.layout import Layout, LayoutNeeded
from ksyn.io.probe import Probe
from ksyn.io.reader import Reader

MAGIC = b"\x93NUMPY"
_USUAL = {2: ("ky", "kx"), 3: ("coil", "ky", "kx"), 4: ("frame", "coil", "ky", "kx")}


def open_npy(probe: Probe, layout: Layout | None = None) -> ArrayScan:
    """Open a .npy file; it is mapped, not loaded."""
    path = probe.path
    array = mapped_npy(path)
    layout = replace(layout or Layout(), key=None)
    if layout.axes is None:
        usual = _USUAL.get(array.ndim)
        if usual is None:
            raise _unusual(path, array, layout)
        layout = replace(layout, axes=usual)
    return ArrayScan(path, READER.name, array, layout)


def mapped_npy(path: Path) -> NDArray[Any]:
    """Return the array of a .npy file without loading it; pickles are refused.

    Raises:
        ReadError: The file is damaged, or does not hold numbers.
    """
    with reading(path, "a NumPy array"), path.open("rb") as file:
        shape, fortran, dtype = npy_header(file)
        start = file.tell()
    check_numeric(path, None, dtype)
    check_memory(path, shape or (0,), 0)
    check_length(path, path.stat().st_size - start, shape, dtype)
    with reading(path, "a NumPy array"):
        order: Any = "F" if fortran else "C"
        return np.memmap(path, dtype=dtype, mode="r", offset=start, shape=shape, order=order)


def npy_header(file: BufferedReader | ZipExtFile) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, whether the first index varies fastest, and element type."""
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(file)
    return np.lib.format.read_array_header_2_0(file)


def check_length(path: Path, length: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Refuse an array that declares more numbers than there are bytes for.

    Raises:
        ReadError: The message has both lengths.
    """
    needed = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if needed > length:
        raise ReadError(
            f"{path.name} declares {shape} {dtype}, which takes {needed} bytes; it has {length}.",
            hint=DAMAGED,
        )


def _unusual(path: Path, array: NDArray[Any], layout: Layout) -> ReadError:
    if array.ndim < 2:
        return ReadError(
            f"{path.name} has {array.ndim} axis; k-space has two at least.",
            hint="Choose the file that holds the scan.",
        )
    candidate = candidate_of(path.stem, array, layout.domain)
    plain = candidate.suggestion and replace(candidate.suggestion, key=None)
    return LayoutNeeded(path, [replace(candidate, suggestion=plain)])


def _is_npy(probe: Probe) -> bool:
    return probe.head.startswith(MAGIC)


READER = Reader("npy", "NumPy array", (".npy",), _is_npy, open_npy)
