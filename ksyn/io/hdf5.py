"""HDF5 opened with care: in a process of its own, and never leading to another file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ksyn.errors import ReadError
from ksyn.io.arrays import Index
from ksyn.io.file_process import FileProcess
from ksyn.io.guard import check_memory

SIGNATURE = b"\x89HDF\r\n\x1a\n"
ATTRIBUTES = ("acquisition", "axes", "domain", "voxel_size_m", "MATLAB_class")
"""The attributes that are read; others may hold names."""
_LARGEST_CHUNK = 1 << 30
"""A chunk is read as one piece [byte]."""

Attributes = Mapping[str, str | list[float]]


def is_hdf5(head: bytes) -> bool:
    """Return whether a file begins as HDF5 does; a user block of 512 · 2ⁿ bytes may precede."""
    return any(head[start : start + 8] == SIGNATURE for start in (0, 512, 1024, 2048))


@dataclass(frozen=True, eq=False)
class Hdf5Dataset:
    """A data set; its numbers stay in the file until they are asked for."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    attributes: Attributes
    chunk: int
    """Size of a chunk [byte]."""
    path: Path
    process: FileProcess

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def __getitem__(self, index: Index) -> NDArray[Any]:
        self._check(self.shape[len(index) :])
        return self._read(index, None)

    def whole(self) -> NDArray[Any]:
        """Return all numbers."""
        self._check(self.shape)
        return self._read((), None)

    def field(self, name: str) -> NDArray[Any]:
        """Return one field of all records."""
        self._check(self.shape)
        return self._read((), name)

    def text(self) -> bytes:
        """Return the first text in it."""
        return self._read((), None).tobytes()

    def ragged(self, name: str, first: int, stop: int) -> list[NDArray[Any]]:
        """Return one field, an array of any length, of some records."""
        _, (lengths, values) = self.process.ask(
            "ragged", name=self.name, field=name, first=first, stop=stop
        )
        return np.split(values, np.cumsum(lengths)[:-1])

    def _read(self, index: Index, field: str | None) -> NDArray[Any]:
        plain = [[i.start, i.stop, i.step] if isinstance(i, slice) else int(i) for i in index]
        _, arrays = self.process.ask("read", name=self.name, index=plain, field=field)
        return arrays[0]

    def _check(self, shape: tuple[int, ...]) -> None:
        check_memory(self.path, shape, self.dtype.itemsize)
        if self.chunk > _LARGEST_CHUNK:
            raise ReadError(
                f"{self.name!r} of {self.path.name} is stored in chunks of "
                f"{self.chunk / 2**30:.1f} GiB; a chunk can only be read whole.",
                hint="Store it again with one slice a chunk (h5repack -l).",
            )


class Hdf5File:
    """An HDF5 file: the data sets that really stand in it, by their path.

    Args:
        path: The file.

    Raises:
        ReadError: It is damaged.
    """

    def __init__(self, path: Path) -> None:
        process = FileProcess(path, "HDF5")
        self.close = process.close
        try:
            info, _ = process.ask("open", path=str(path.absolute()), attributes=ATTRIBUTES)
        except ReadError:
            self.close()
            raise
        self.attributes: Attributes = info["attributes"]
        self.datasets = {
            entry["name"]: Hdf5Dataset(
                entry["name"],
                tuple(entry["shape"]),
                _dtype(entry["dtype"]),
                entry["attributes"],
                entry["chunk"],
                path,
                process,
            )
            for entry in info["datasets"]
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _dtype(description: object) -> np.dtype[Any]:
    return np.lib.format.descr_to_dtype(_tuples(description))


def _tuples(description: object) -> Any:  # noqa: ANN401 - as NumPy describes element types
    """Return a description with tuples where JSON has lists: fields and shapes."""
    if not isinstance(description, list):
        return description
    if description and all(isinstance(field, list) for field in description):
        return [tuple(_tuples(part) for part in field) for field in description]
    return tuple(_tuples(part) for part in description)
