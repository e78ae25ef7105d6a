"""NumPy .npy: the complex image as it is."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import KSpace
from ksyn.io.writers.writer import Window, Writer


class NpyWriter(Writer):
    """Complex64, ``y x`` for a still image and ``frame y x`` for a series; no provenance."""

    name: ClassVar[str] = "npy"
    title: ClassVar[str] = "NumPy array"
    suffixes: ClassVar[tuple[str, ...]] = (".npy",)

    def write(
        self,
        path: Path,
        image: Complex[Tensor, "frame y x"],
        *,
        kspace: KSpace | None = None,  # noqa: ARG002 - the format has no place for it
        voxel_size: tuple[float, float],  # noqa: ARG002
        provenance: dict[str, str],  # noqa: ARG002
        window: Window | None = None,  # noqa: ARG002
    ) -> None:
        """Write the image."""
        values = image.detach().cpu().numpy().astype(np.complex64)
        with path.open("xb") as file:
            np.save(file, values[0] if len(values) == 1 else values, allow_pickle=False)
