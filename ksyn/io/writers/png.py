"""PNG: a picture to look at, which says what it is."""

from __future__ import annotations

from math import ceil, sqrt
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Complex
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from ksyn.data import KSpace
from ksyn.io.writers.writer import Window, Writer, label, magnitude, window_of

_SMALLEST_FONT = 9
_LARGEST_FONT = 24
_NARROWEST = 200
"""Pictures narrower than this are enlarged [pixels]."""


class PngWriter(Writer):
    """Eight bits, window 0.1 to 99.9 % or the one given; frames side by side; label at the foot.

    Narrow pictures are enlarged by a whole number, so that the label is legible on them.
    """

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
        window: Window | None = None,
    ) -> None:
        """Write the picture, provenance and pixel size in its text chunks."""
        values = magnitude(image)
        low, high = window or window_of(values)
        grey = np.clip((values - low) / (high - low), 0, 1) * 255
        picture = Image.fromarray(enlarged(tiled(grey.round().astype(np.uint8))))
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


def enlarged(sheet: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the picture with each pixel repeated, so that the label fits on it in one line."""
    times = max(ceil(_NARROWEST / sheet.shape[1]), 1)
    return sheet.repeat(times, axis=0).repeat(times, axis=1)


def _burn_in(picture: Image.Image, text: str) -> None:
    """Write the text over the foot of the picture, outlined to be legible."""
    draw = ImageDraw.Draw(picture)
    place = picture.width / 2, picture.height - 3
    # The font that comes with pillow has no dash.
    text = text.replace("–", "-")
    font = _font(draw, text, picture.size)
    draw.text(place, text, fill=255, font=font, anchor="md", stroke_width=1, stroke_fill=0)


def _font(
    draw: ImageDraw.ImageDraw, text: str, size: tuple[int, int]
) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """Return the largest font, a twentieth of the height at most, at which the text fits."""
    largest = min(max(size[1] // 20, _SMALLEST_FONT), _LARGEST_FONT)
    for points in range(largest, _SMALLEST_FONT, -1):
        font = ImageFont.load_default(points)
        if draw.textlength(text, font=font) <= size[0] - 4:
            return font
    return ImageFont.load_default(_SMALLEST_FONT)
