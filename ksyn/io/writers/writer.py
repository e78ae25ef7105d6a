"""Writer: one row of the table of result formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Complex
from numpy.typing import NDArray
from torch import Tensor

from ksyn.data import KSpace
from ksyn.labels import label_of

Window = tuple[float, float]
"""Values shown as black and as white, in the units of the image."""


class Writer(ABC):
    """How a reconstructed image is written in a format."""

    name: ClassVar[str]
    """What the command line and the tests call it."""
    title: ClassVar[str]
    """What the window calls it."""
    suffixes: ClassVar[tuple[str, ...]]
    """The endings that choose it, the usual one first."""

    @abstractmethod
    def write(
        self,
        path: Path,
        image: Complex[Tensor, "frame y x"],
        *,
        kspace: KSpace | None = None,
        voxel_size: tuple[float, float],
        provenance: dict[str, str],
        window: Window | None = None,
    ) -> None:
        """Write an image to a path that does not exist.

        Args:
            path: Ends in one of `suffixes`.
            image: What was reconstructed.
            kspace: Its k-space, for formats that hold it.
            voxel_size: Pixel height and width [m].
            provenance: How it was made. ``family`` (classical, learned, diffusion) decides whether
                the picture is called AI-reconstructed; ``method`` and ``version`` are shown.
            window: How the picture shall look, for formats that say so; None shows the 0.1th to
                the 99.9th percentile.
        """

    def files(self, path: Path) -> list[Path]:
        """Return all files that `write` makes."""
        return [path]


def label(provenance: dict[str, str]) -> str:
    """Return what every picture has to say of itself."""
    family, model = provenance.get("family", ""), provenance.get("model", "")
    return label_of(learned=family in ("learned", "diffusion") or bool(model))


def magnitude(image: Complex[Tensor, "frame y x"]) -> NDArray[np.float32]:
    """Return the magnitude as an array."""
    values: NDArray[np.float32] = image.detach().cpu().abs().numpy().astype(np.float32)
    return values


def window_of(values: NDArray[np.float32]) -> Window:
    """Return the values shown as black and white: the 0.1th and the 99.9th percentile."""
    low, high = (float(value) for value in np.percentile(values, (0.1, 99.9)))
    return low, high if high > low else low + 1.0
