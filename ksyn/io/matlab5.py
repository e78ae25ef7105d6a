"""MATLAB files up to version 7, by scipy: contents first, then only the array asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ksyn.errors import ReadError
from ksyn.io.arrays import ArrayScan, Index
from ksyn.io.choice import chosen
from ksyn.io.file_process import FileProcess
from ksyn.io.guard import DAMAGED, check_memory
from ksyn.io.layout import Layout
from ksyn.io.probe import Probe
from ksyn.io.reader import Reader

_NUMBERS = {
    "double": "f8",
    "single": "f4",
    "int8": "i1",
    "uint8": "u1",
    "int16": "i2",
    "uint16": "u2",
    "int32": "i4",
    "uint32": "u4",
    "int64": "i8",
    "uint64": "u8",
    "logical": "?",
}
_OTHER = np.dtype("V1")
_PEEK = 256 << 20
"""Arrays up to this size are loaded to learn whether they are complex [byte]."""


class Variable:
    """A MATLAB variable; the format cannot be read in part, so it is loaded whole, and kept.

    The format itself limits a variable to 2 GiB.

    Args:
        path: The file.
        process: It reads the file.
        name: Its name.
        shape: Its lengths.
        kind: Its MATLAB class.
    """

    def __init__(
        self, path: Path, process: FileProcess, name: str, shape: tuple[int, ...], kind: str
    ) -> None:
        self._path = path
        self._process = process
        self._name = name
        self._values: NDArray[Any] | None = None
        self.shape = tuple(int(size) for size in shape)
        self._declared = np.dtype(_NUMBERS[kind]) if kind in _NUMBERS else _OTHER

    @property
    def dtype(self) -> np.dtype[Any]:
        """Its type: complex only if the values are, which the table of contents does not say."""
        small = np.prod(self.shape, dtype=object) * self._declared.itemsize <= _PEEK
        if self._declared.kind == "f" and small and self._values is None:
            self._values = self._loaded()
        return self._declared if self._values is None else self._values.dtype

    def __getitem__(self, index: Index) -> NDArray[Any]:
        if self._values is None:
            self._values = self._loaded()
        part: NDArray[Any] = self._values[index]
        return part

    def forget(self) -> None:
        """Free the values."""
        self._values = None

    def _loaded(self) -> NDArray[Any]:
        check_memory(self._path, self.shape, 16)
        absolute = str(self._path.absolute())
        _, (values,) = self._process.ask("matlab", path=absolute, name=self._name)
        if values.shape != self.shape:
            raise ReadError(
                f"{self._name!r} of {self._path.name} is {values.shape}, not {self.shape}.",
                hint=DAMAGED,
            )
        return values


def open_matlab5(probe: Probe, layout: Layout | None = None) -> ArrayScan:
    """Open one array of a MATLAB file of version 5 to 7."""
    path = probe.path
    process = FileProcess(path, "a MATLAB file")
    try:
        info, _ = process.ask("matlab contents", path=str(path.absolute()))
        variables = {
            name: Variable(path, process, name, tuple(shape), kind)
            for name, shape, kind in info["contents"]
        }
        source, settled = chosen(path, variables, layout)
        for name, variable in variables.items():
            if name != settled.key:
                variable.forget()
        return ArrayScan(path, READER.name, source, settled, release=process.close)
    except BaseException:
        process.close()
        raise


def _is_matlab5(probe: Probe) -> bool:
    head = probe.head
    return len(head) >= 128 and head[126:128] in (b"IM", b"MI") and b"\x01" in head[124:126]


READER = Reader("matlab5", "MATLAB (up to version 7)", (".mat",), _is_matlab5, open_matlab5)
