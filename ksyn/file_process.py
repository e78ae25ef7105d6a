"""Read HDF5 and MATLAB files in a process of its own, which a damaged file may bring down alone.

libhdf5 and scipy's MATLAB reader are C code that can crash on damaged or hostile files. This
program reads with them; `ksyn.io.file_process` starts it and talks to it. It imports neither torch
nor the rest of ksyn, so that it is there in a fraction of a second.

Each request is a line of JSON on the standard input. Each answer is a line of JSON on the standard
output, followed by as many arrays as it says, in NumPy's format. No pickle goes either way.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from math import prod
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import h5py

FLAG = "--ksyn-file-process"
"""Argument that makes a frozen app become this program."""
_DEEPEST = 6
_MOST_ENTRIES = 2000

Answer = tuple[dict[str, Any], list[NDArray[Any]]]


def become_if_asked() -> None:
    """Turn a frozen app into this program when it was started with `FLAG`; else do nothing."""
    if sys.argv[1:2] == [FLAG]:
        main()
        sys.exit(0)


def main() -> None:
    """Answer requests until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nothing else may print between the answers
    requests = Requests()
    for line in sys.stdin.buffer:
        try:
            info, arrays = requests.answer(json.loads(line))
        except Exception as error:
            info, arrays = {"error": _one_line(error)}, []
        _send(answers, info, arrays)


class Requests:
    """What can be asked; at most one HDF5 file is open."""

    def __init__(self) -> None:
        self._file: h5py.File | None = None

    def answer(self, request: dict[str, Any]) -> Answer:
        """Return the answer to one request."""
        kinds: dict[str, Callable[..., Answer]] = {
            "limit": self.limit,
            "open": self.open,
            "read": self.read,
            "ragged": self.ragged,
            "matlab contents": self.matlab_contents,
            "matlab": self.matlab,
        }
        return kinds[request.pop("kind")](**request)

    def limit(self, memory: int) -> Answer:
        """Bound the memory of this process [byte], where the system can."""
        try:
            import resource  # not on Windows
        except ImportError:
            return {}, []
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (memory, hard))
        return {}, []

    def open(self, path: str, attributes: list[str]) -> Answer:
        """Open an HDF5 file; return its data sets with those attributes."""
        import h5py  # late: not needed for MATLAB files

        self._file = h5py.File(path, "r", locking="best-effort")
        datasets = [
            {
                "name": name,
                "shape": dataset.shape,
                "dtype": np.lib.format.dtype_to_descr(dataset.dtype),
                "chunk": prod(dataset.chunks or (0,)) * dataset.dtype.itemsize,
                "attributes": _attributes(dataset, attributes),
            }
            for name, dataset in _own_datasets(self._file)
        ]
        return {"datasets": datasets, "attributes": _attributes(self._file, attributes)}, []

    def read(self, name: str, index: list[Any] | None, field: str | None) -> Answer:
        """Return part of a data set; text becomes bytes."""
        dataset = self._dataset(name)
        part = tuple(slice(*i) if isinstance(i, list) else i for i in index or ())
        values = dataset.fields(field)[part] if field else dataset[part]
        if isinstance(values, bytes | str):
            values = np.frombuffer(_bytes(values), dtype=np.uint8)
        values = np.asarray(values)
        if values.dtype.kind == "O":
            values = np.frombuffer(_bytes(values.flat[0]), dtype=np.uint8)
        return {}, [values]

    def ragged(self, name: str, field: str, first: int, stop: int) -> Answer:
        """Return one field of records, whose lengths differ, end to end, and the lengths."""
        rows = [np.asarray(row).ravel() for row in self._dataset(name).fields(field)[first:stop]]
        return {}, [np.array([row.size for row in rows]), np.concatenate(rows)]

    def matlab_contents(self, path: str) -> Answer:
        """Return name, shape and class of each variable of a MATLAB file up to version 7."""
        from scipy.io import whosmat  # late: not needed for HDF5

        contents = [(name, list(map(int, shape)), kind) for name, shape, kind in whosmat(path)]
        return {"contents": contents}, []

    def matlab(self, path: str, name: str) -> Answer:
        """Return one variable."""
        from scipy.io import loadmat  # late: not needed for HDF5

        return {}, [np.asarray(loadmat(path, variable_names=[name])[name])]

    def _dataset(self, name: str) -> h5py.Dataset:
        if self._file is None:
            raise ValueError("no file is open")
        return self._file[name]


def _own_datasets(file: h5py.File) -> Iterator[tuple[str, h5py.Dataset]]:
    """Yield (path, data set) of those whose numbers stand in this very file.

    Soft and external links, external storage and virtual data sets could lead to other files.
    """
    import h5py

    for name, entry in islice(_entries(file, "", 0), _MOST_ENTRIES):
        if not isinstance(entry, h5py.Dataset) or entry.shape is None:
            continue
        if not entry.is_virtual and not entry.external:
            yield name, entry


def _entries(group: h5py.Group, prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    import h5py

    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        entry = group[name]
        yield prefix + name, entry
        # MATLAB keeps what cells refer to in groups whose names begin with #.
        if isinstance(entry, h5py.Group) and depth < _DEEPEST and not name.startswith("#"):
            yield from _entries(entry, f"{prefix}{name}/", depth + 1)


def _attributes(owner: h5py.HLObject, names: list[str]) -> dict[str, Any]:
    return {name: _plain(owner.attrs[name]) for name in names if name in owner.attrs}


def _plain(value: object) -> str | list[float]:
    """Return text or numbers as JSON has them."""
    array = np.asarray(value)
    if array.dtype.kind in "iuf":
        return [float(number) for number in array.ravel()[:16]]
    return _bytes(array.flat[0] if array.size else b"").decode("utf-8", errors="replace")


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _send(answers: IO[bytes], info: dict[str, Any], arrays: list[NDArray[Any]]) -> None:
    answers.write(json.dumps(info | {"arrays": len(arrays)}).encode() + b"\n")
    for array in arrays:
        np.lib.format.write_array(Plain(answers), array, allow_pickle=False)
    answers.flush()


class Plain:
    """A pipe that NumPy does not take for a file in which it could jump about.

    Args:
        pipe: The pipe.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe

    def read(self, size: int) -> bytes:
        """Read some bytes."""
        return self._pipe.read(size)

    def write(self, data: bytes) -> int:
        """Write all bytes."""
        return self._pipe.write(data)


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".")


if __name__ == "__main__":
    main()
