"""A figure of several results: images above, their errors or the mask below."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw, ImageFont

from ksyn.textfile import write_whole

_GAP, _CAPTION, _TALLEST = 6, 40, 320
"""Sizes [pixels]."""


@dataclass(frozen=True, eq=False)
class Panel:
    """One column of a figure."""

    title: str
    subtitle: str
    image: Float[np.ndarray, "y x"]
    """Magnitude."""
    below: Float[np.ndarray, "y x"] | None = None
    """From 0 to 1: what is shown beneath it."""


def save_figure(panels: list[Panel], peak: float, path: Path) -> None:
    """Write the panels side by side, all with the same grey scale.

    Args:
        panels: The columns.
        peak: Magnitude that is shown white.
        path: A PNG file.

    Raises:
        WriteError: The file cannot be written.
    """
    columns = [_column(panel, peak) for panel in panels]
    width = sum(column.width for column in columns) + _GAP * (len(columns) + 1)
    height = max(column.height for column in columns) + 2 * _GAP
    figure = Image.new("L", (width, height))
    left = _GAP
    for column in columns:
        figure.paste(column, (left, _GAP))
        left += column.width + _GAP
    encoded = BytesIO()
    figure.save(encoded, format="PNG")
    write_whole(path, encoded.getvalue())


def _column(panel: Panel, peak: float) -> Image.Image:
    shown = [_picture(panel.image / peak)]
    if panel.below is not None:
        shown.append(_picture(panel.below))
    width = max(picture.width for picture in shown)
    height = _CAPTION + sum(picture.height + _GAP for picture in shown)
    column = Image.new("L", (width, height))
    _write(column, panel.title, 0, 15)
    _write(column, panel.subtitle, 20, 12)
    top = _CAPTION
    for picture in shown:
        column.paste(picture, (0, top))
        top += picture.height + _GAP
    return column


def _picture(values: Float[np.ndarray, "y x"]) -> Image.Image:
    """Return values from 0 to 1 as grey, made smaller where they are many."""
    grey: UInt8[np.ndarray, "y x"] = np.round(255 * np.clip(values, 0, 1)).astype(np.uint8)
    picture = Image.fromarray(grey)
    picture.thumbnail((_TALLEST, _TALLEST), Image.Resampling.LANCZOS)
    return picture


def _write(picture: Image.Image, text: str, top: int, size: int) -> None:
    ImageDraw.Draw(picture).text((2, top), text, fill=235, font=ImageFont.load_default(size))
