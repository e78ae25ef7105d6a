"""PNG: a picture to look at, which says what it is."""

from __future__ import annotations

from math import ceil, sqrt
from pathlib import Path
from textwrap import wrap
from typing import ClassVar

import numpy as np
from jaxtyping import Complex
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from ksyn.data import KSpace
from ksyn.io.writers.writer import Writer, label, magnitude, window_of

_SMALLEST_FONT = 7
_LARGEST_FONT = 24
_MOST_LINES = 4


class PngWriter(Writer):
    """Eight bits, window 0.1 to 99.9 %; frames side by side; the label burned in at the foot."""

    name: ClassVar[str] = "png"
    title: ClassVar[str] = "PNG picture"
    suffixes: ClassVar[tuple[str, ...]] = (".png",)

    def write(
        self,
        path: Path,
        image: Complex[Tensor, "frame y x"],
        *,
        kspace: KSpace | None = None,  # noqa: ARG002 - the format has no place for it
        voxel_size: tuple[float, float],
        provenance: dict[str, str],
    ) -> None:
        """Write the picture, provenance and pixel size in its text chunks."""
        values = magnitude(image)
        low, high = window_of(values)
        grey = np.clip((values - low) / (high - low), 0, 1) * 255
        picture = Image.fromarray(tiled(grey.round().astype(np.uint8)))
        _burn_in(picture, label(provenance))
        height, width = (1e3 * size for size in voxel_size)
        facts = provenance | {
            "label": label(provenance),
            "window": f"{low:.6g} to {high:.6g}",
            "pixel size": f"{height:.6g} × {width:.6g} mm",
        }
        info = PngInfo()
        for key, value in facts.items():
            info.add_itxt(key[:79], value)
        picture.save(path, format="PNG", pnginfo=info)


def tiled(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``frame y x`` as one picture, row by row, about as wide as high."""
    n, rows, columns = frames.shape
    across = ceil(sqrt(n))
    down = ceil(n / across)
    sheet = np.zeros((down * across, rows, columns), dtype=np.uint8)
    sheet[:n] = frames
    grid = sheet.reshape(down, across, rows, columns).swapaxes(1, 2)
    return grid.reshape(down * rows, across * columns)


def _burn_in(picture: Image.Image, text: str) -> None:
    """Write the text over the foot of the picture, as large as fits, outlined to be legible."""
    draw = ImageDraw.Draw(picture)
    font, lines = _fitted(draw, text, picture.size)
    place = picture.width / 2, picture.height - 2
    draw.multiline_text(
        place, lines, fill=255, font=font, anchor="md", align="center", stroke_width=1,
        stroke_fill=0, spacing=1,
    )  # fmt: skip


def _fitted(
    draw: ImageDraw.ImageDraw, text: str, size: tuple[int, int]
) -> tuple[ImageFont.ImageFont | ImageFont.FreeTypeFont, str]:
    """Return the largest font, on the fewest lines, at which the text is as wide as the picture."""
    wanted = min(max(size[1] // 24, _SMALLEST_FONT), _LARGEST_FONT)
    for lines in range(1, _MOST_LINES + 1):
        wrapped = "\n".join(wrap(text, ceil(len(text) / lines) + 4))
        for points in range(wanted, _SMALLEST_FONT - 1, -1):
            font = ImageFont.load_default(points)
            left, _, right, _ = draw.multiline_textbbox((0, 0), wrapped, font=font, stroke_width=1)
            if right - left <= size[0] - 2:
                return font, wrapped
    return ImageFont.load_default(_SMALLEST_FONT), wrapped
