"""ArrayScan: a scan in a plain array whose layout is known, read slice by slice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Complex
from numpy.typing import NDArray
from torch import Tensor

from ksyn.data import KSpace, Mask
from ksyn.errors import ReadError
from ksyn.fourier import image_to_kspace
from ksyn.io.guard import DAMAGED, check_memory, reading
from ksyn.io.layout import Layout
from ksyn.io.sampling import measured_mask
from ksyn.io.scan import Acquired, Scan

_ORDER = ("frame", "coil", "ky", "kx", "complex")


Index = tuple[int | slice, ...]
"""Which part of an array."""


@runtime_checkable
class Source(Protocol):
    """An array that reads only what it is asked for: memmap, HDF5 data set, NIfTI proxy."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its lengths."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Its element type."""

    def __getitem__(self, index: Index, /) -> NDArray[Any]:
        """Read the part that numbers and slices select."""


def nothing() -> None:
    """Close a source that holds no file open."""


@dataclass(frozen=True, eq=False)
class Geometry:
    """What a container knows about an array beside its numbers."""

    voxel_size: tuple[float, float] | None = None
    """Pixel height and width [m]; None when the file does not say."""
    facts: tuple[tuple[str, str], ...] = ()


class ArrayScan(Scan):
    """A scan in an array without a header of its own.

    Args:
        path: Where the array is.
        format: The reader's name.
        source: The array.
        layout: Its axes (said in full) and its domain.
        geometry: What the container adds.
        release: Called by `close`.

    Raises:
        ReadError: The layout does not fit the array, or the array cannot be a scan.
    """

    def __init__(
        self,
        path: Path,
        format: str,  # noqa: A002 - the word users know
        source: Source,
        layout: Layout,
        geometry: Geometry | None = None,
        release: Callable[[], None] = nothing,
    ) -> None:
        super().__init__(path, format)
        check_numeric(path, layout.key, source.dtype)
        self._source = source
        self._axes = _fitting_axes(path, source.shape, layout)
        self._domain = layout.domain or ("image" if "y" in (layout.axes or ()) else "kspace")
        self._layout = layout
        self._geometry = geometry or Geometry()
        self._release = release
        self.n_slices = self._length("slice")
        self.n_frames = self._length("frame")
        self.n_coils = self._length("coil")
        self.matrix = self._length("ky"), self._length("kx")
        self.measured_size = self._geometry.voxel_size
        check_memory(path, (self.n_frames, self.n_coils, *self.matrix), 8)

    def read_slice(self, index: int) -> Acquired:
        """Read one slice; images are turned into k-space."""
        with reading(self.path, self.format):
            values = np.asarray(self._source[self._index(index)])
        samples = self._to_samples(values)
        if self._domain == "image":
            kspace = image_to_kspace(samples)
            everything = torch.ones(1, 1, *self.matrix, dtype=torch.bool)
            return Acquired(KSpace(kspace, self.voxel_size), Mask(everything))
        return Acquired(KSpace(samples, self.voxel_size), measured_mask(samples))

    def facts(self) -> list[tuple[str, str]]:
        """Return how the array is read, and what its container adds."""
        facts = [("Array", self._layout.key)] if self._layout.key else []
        facts += [
            ("Shape", " × ".join(map(str, self._source.shape))),
            ("Axes", self._layout.words),
            ("Values", str(self._source.dtype)),
            ("Domain", {"kspace": "k-space", "image": "image"}[self._domain]),
        ]
        if self._domain == "image":
            facts.append(("Origin", f"k-space made from {self._kind_of_images()}images"))
        return facts + list(self._geometry.facts)

    def close(self) -> None:
        """Close the container."""
        super().close()
        self._release()

    def _length(self, axis: str) -> int:
        return self._source.shape[self._axes.index(axis)] if axis in self._axes else 1

    def _index(self, index: int) -> tuple[int | slice, ...]:
        numbers = {"slice": index, "skip": 0}
        chosen = (numbers.get(word, slice(None)) for word in self._axes)
        return (*chosen, *(0 for _ in self._source.shape[len(self._axes) :]))

    def _to_samples(self, values: NDArray[Any]) -> Complex[Tensor, "frame coil ky kx"]:
        left = [word for word in self._axes if word not in ("slice", "skip")]
        values = values.transpose([left.index(word) for word in _ORDER if word in left])
        samples = as_complex(values, parts_last="complex" in left)
        return samples.reshape(self.n_frames, self.n_coils, *self.matrix)

    def _kind_of_images(self) -> str:
        real = self._source.dtype.kind in "iuf" and "complex" not in self._axes
        return "magnitude " if real else ""


def as_complex(values: NDArray[Any], *, parts_last: bool = False) -> Complex[Tensor, "*any"]:
    """Return numbers of any kind as complex64; too large ones become infinite.

    Args:
        values: Integers, reals, complex numbers, or records of a real and an imaginary part.
        parts_last: The last axis, of length 2, holds the real and the imaginary part.
    """
    if values.dtype.names:
        real, imaginary = values.dtype.names
        values = np.stack([values[real], values[imaginary]], axis=-1)
        parts_last = True
    with np.errstate(over="ignore", invalid="ignore"):
        if parts_last:
            parts = np.array(values, dtype=np.float32, order="C")
            return torch.view_as_complex(torch.from_numpy(parts))
        return torch.from_numpy(np.array(values, dtype=np.complex64, order="C"))


def is_numeric(dtype: np.dtype[Any]) -> bool:
    """Return whether elements are numbers: integers, reals, complex, or (real, imaginary)."""
    return dtype.kind in "iufc" or _is_complex_record(dtype)


def is_complex(dtype: np.dtype[Any]) -> bool:
    """Return whether elements are complex."""
    return dtype.kind == "c" or _is_complex_record(dtype)


def check_numeric(path: Path, key: str | None, dtype: np.dtype[Any]) -> None:
    """Refuse an array that cannot be a scan.

    Raises:
        ReadError: Its elements are not numbers; the message names the type.
    """
    if is_numeric(dtype):
        return
    what = f"The array {key!r} of {path.name}" if key else path.name
    if dtype.kind == "O":
        raise ReadError(
            f"{what} holds Python objects (a pickle), which are never loaded.",
            hint="Save it as a plain numerical array.",
        )
    if dtype.kind == "b":
        raise ReadError(
            f"{what} holds True and False: a mask, not a scan.",
            hint="Open the scan, and give this file as its mask.",
        )
    raise ReadError(f"{what} holds {_name(dtype)}, not numbers.", hint="Choose another array.")


def _is_complex_record(dtype: np.dtype[Any]) -> bool:
    names = tuple(name.lower() for name in dtype.names or ())
    if names not in (("real", "imag"), ("r", "i"), ("re", "im")):
        return False
    return all(dtype[index].kind in "iuf" for index in range(2))


def _name(dtype: np.dtype[Any]) -> str:
    names = {"U": "text", "S": "text", "V": "records", "M": "dates", "m": "durations"}
    return f"{names.get(dtype.kind, 'elements')} ({str(dtype)[:60]})"


def _fitting_axes(path: Path, shape: tuple[int, ...], layout: Layout) -> tuple[str, ...]:
    axes = layout.axes or ()
    extra = shape[len(axes) :]
    if len(axes) > len(shape) or any(size != 1 for size in extra):
        raise ReadError(
            f"The array of {path.name} is {shape}, which {len(axes)} axes ({layout.words}) "
            "do not describe.",
            hint='Give one word for each axis, for example --axes "coil ky kx".',
        )
    for word, size in zip(axes, shape, strict=False):
        _check_length(path, word, size)
    return tuple({"y": "ky", "x": "kx"}.get(word, word) for word in axes)


def _check_length(path: Path, word: str, size: int) -> None:
    if size < 1:
        raise ReadError(f"The {word} axis of {path.name} has length 0.", hint=DAMAGED)
    only = {"skip": 1, "complex": 2}.get(word, size)
    if size != only:
        raise ReadError(
            f"An axis of {path.name} is called {word!r} but has length {size}, not {only}.",
            hint="Say what that axis is.",
        )
