"""Scan: a file that is opened, of which only the slice asked for is read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.data import KSpace, Mask
from ksyn.encoding import magnitude_image
from ksyn.errors import OptionError, ReadError
from ksyn.io.sampling import is_fully_sampled


@dataclass(frozen=True, eq=False)
class Acquired:
    """One slice as it was measured."""

    kspace: KSpace
    mask: Mask


class SliceError(ReadError):
    """A slice of a scan is damaged.

    Args:
        index: Which one, from 0 on.
        words: What goes on after the number.
        hint: What to do about it.
        first: The number of the first slice in the message: 0 as in `ksyn`, or 1 as in the window.
    """

    def __init__(self, index: int, words: str, *, hint: str = "", first: int = 0) -> None:
        number = f"{index + first}" if first else f"{index} (counted from 0)"
        super().__init__(f"Slice {number} {words}", hint=hint)
        self._index, self._words = index, words

    def counted_from(self, first: int) -> SliceError:
        """Return the same, with the slices counted from another number."""
        return SliceError(self._index, self._words, hint=self.hint, first=first)


class Scan(ABC):
    """A scan in a file: what is in it, and its slices one at a time.

    A reader subclasses it and says how one slice is read (`read_slice`); the slice read last is
    kept, so that asking for its mask or its reference does not read it again.

    Args:
        path: Where the scan is.
        format: The reader's name.
    """

    n_slices: int
    n_frames: int
    n_coils: int
    matrix: tuple[int, int]
    """Samples along ky and kx."""
    measured_size: tuple[float, float] | None
    """Pixel height and width [m], where the file says it."""

    def __init__(self, path: Path, format: str) -> None:  # noqa: A002 - the word users know
        self.path = path
        self.format = format
        self._kept: tuple[int, Acquired] | None = None

    @property
    def title(self) -> str:
        """What the window's title bar calls it."""
        return self.path.name

    @property
    def voxel_size(self) -> tuple[float, float]:
        """Pixel height and width [m]; a millimetre where the file does not say it."""
        return self.measured_size or (1e-3, 1e-3)

    @abstractmethod
    def read_slice(self, index: int) -> Acquired:
        """Read one slice, all frames; `index` is in range."""

    @abstractmethod
    def facts(self) -> list[tuple[str, str]]:
        """Return what the file's header says and nobody minds being shown."""

    def stored_reference(self, index: int) -> Float[Tensor, "frame y x"] | None:  # noqa: ARG002
        """Return the reconstruction in the file, if it has one that fits the matrix."""
        return None

    def noise_covariance(self) -> Complex[Tensor, "coil coil"] | None:
        """Return E[n nᴴ] of the complex noise of a sample, if the file has noise readouts."""
        return None

    def close(self) -> None:
        """Let go of the file."""
        self._kept = None

    def header(self) -> list[tuple[str, str]]:
        """Return the facts to show, each as (name, value); no patient, institution or date."""
        ky, kx = self.matrix
        height, width = (1e3 * size for size in self.voxel_size)
        counts = [
            ("Matrix", f"{ky} × {kx} (ky × kx)"),
            ("Coils", str(self.n_coils)),
            ("Slices", str(self.n_slices)),
            ("Frames", str(self.n_frames)),
        ]
        if self.measured_size is None:
            assumed = "1 × 1 mm (assumed: the file does not say)"
            return [*counts, ("Voxel size", assumed), *self.facts()]
        geometry = [
            ("Field of view", f"{ky * height:.4g} × {kx * width:.4g} mm"),
            ("Voxel size", f"{height:.4g} × {width:.4g} mm"),
        ]
        return counts + geometry + self.facts()

    def kspace(self, slice: int = 0) -> KSpace:  # noqa: A002 - the word users know
        """Return all frames of one slice; only that slice is read.

        Raises:
            OptionError: There is no such slice.
            ReadError: The slice is damaged, or holds values that are not finite.
        """
        return self._acquired(slice).kspace

    def mask(self, slice: int = 0) -> Mask:  # noqa: A002
        """Return which samples of the slice were measured."""
        return self._acquired(slice).mask

    def fully_sampled(self, slice: int = 0) -> bool:  # noqa: A002
        """Return whether nothing was left out of the slice."""
        return is_fully_sampled(self.mask(slice))

    def reference(self, slice: int = 0) -> Float[Tensor, "frame y x"] | None:  # noqa: A002
        """Return the stored reconstruction, else the root sum of squares of a full slice."""
        kspace = self.kspace(slice)
        stored = self.stored_reference(slice)
        if stored is not None and stored.shape[-2:] == kspace.matrix:
            return stored
        return magnitude_image(kspace.samples) if self.fully_sampled(slice) else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _acquired(self, index: int) -> Acquired:
        if not 0 <= index < self.n_slices:
            raise OptionError(
                f"There is no slice {index}: {self.title} has {self.n_slices}.",
                hint=f"Choose a slice from 0 to {self.n_slices - 1}.",
            )
        if self._kept is None or self._kept[0] != index:
            acquired = self.read_slice(index)
            _check_finite(self.path, index, acquired.kspace.samples)
            self._kept = index, acquired
        return self._kept[1]


def _check_finite(path: Path, index: int, samples: Tensor) -> None:
    bad = int((~torch.isfinite(torch.view_as_real(samples))).any(dim=-1).sum())
    if bad:
        raise SliceError(
            index,
            f"of {path.name}: {bad} of {samples.numel()} samples are not finite (NaN or infinity).",
            hint="Find out where they come from; a reconstruction would spread them everywhere.",
        )
