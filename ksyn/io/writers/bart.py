"""BART: .cfl with its .hdr, for `bart` to go on with."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import KSpace
from ksyn.io.writers.writer import Window, Writer

_DIMENSIONS = 16
_TIME = 10


class BartWriter(Writer):
    """Complex image: rows in dimension 0, columns in 1, frames in 10; provenance as comments."""

    name: ClassVar[str] = "bart"
    title: ClassVar[str] = "BART"
    suffixes: ClassVar[tuple[str, ...]] = (".cfl",)

    def write(
        self,
        path: Path,
        image: Complex[Tensor, "frame y x"],
        *,
        kspace: KSpace | None = None,  # noqa: ARG002 - the format holds one array
        voxel_size: tuple[float, float],  # noqa: ARG002 - nor a pixel size
        provenance: dict[str, str],
        window: Window | None = None,  # noqa: ARG002 - it holds values, not looks
    ) -> None:
        """Write both files."""
        frames, rows, columns = image.shape
        dimensions = [1] * _DIMENSIONS
        dimensions[0], dimensions[1], dimensions[_TIME] = rows, columns, frames
        comments = [f"# {key}: {' '.join(value.split())}" for key, value in provenance.items()]
        lines = ["# Dimensions", " ".join(map(str, dimensions)), "# Creator", "K-Syn", *comments]
        path.with_suffix(".hdr").write_text("\n".join(lines) + "\n", encoding="utf-8")
        # The first dimension runs fastest: frame, column, row in C order.
        values = image.detach().cpu().numpy().astype("<c8").transpose(0, 2, 1)
        path.write_bytes(np.ascontiguousarray(values).tobytes())

    def files(self, path: Path) -> list[Path]:
        """Return numbers and header."""
        return [path, path.with_suffix(".hdr")]
