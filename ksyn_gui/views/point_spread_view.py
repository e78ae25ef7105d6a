"""What a point of the body becomes under the mask."""

from __future__ import annotations

from functools import reduce
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from ksyn_gui.scalars import with_minus
from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.levels import Levels, Values
from ksyn_gui.views.profile_plot import ProfilePlot

FLOOR = -60.0
"""Lowest value drawn [dB]."""
_TITLE = "Point spread"
_LEAST_PICTURE = 72
"""Side; with the curves under it no more than a small panel has [pixels]."""
_WIDE = 4 / 3
"""Width over height from which on the picture is larger with the curves beside it."""
_DOWN, _RIGHT = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight


class PointSpreadView(QWidget):
    """Shows the magnitude of the point-spread function in decibels below its main lobe.

    Under or beside the picture stand its maxima along x and along y: what a mask of whole lines
    does is a single row of pixels in the picture, and plain to see there.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = ArrayCanvas(_TITLE, parent=self)
        self.canvas.describe_with(self._words_for)
        self.canvas.tells_levels = False
        self.canvas.surface.setMinimumSize(_LEAST_PICTURE, _LEAST_PICTURE)
        self.canvas.surface.port_changed.connect(self._draw)
        self._values: Values | None = None
        self._drawn: tuple[int, int] = (0, 0)
        self.canvas.set_look("heat", lambda _: Levels(FLOOR, 0.0), "dB")
        self.profiles = (ProfilePlot("along x [dB]", FLOOR), ProfilePlot("along y [dB]", FLOOR))
        self._parts, self._curves = QBoxLayout(_DOWN, self), QBoxLayout(_RIGHT)
        self._lay_out()
        self.setFocusProxy(self.canvas)

    def set_point_spread(
        self, magnitude: NDArray[np.float32] | None, side_lobe: float | None = None
    ) -> None:
        """Show it; None shows nothing.

        Args:
            magnitude: ``y x``, main lobe at ``n // 2``; any scale.
            side_lobe: Highest side lobe, relative to the main lobe, for the caption.
        """
        if magnitude is None:
            self._clear()
            return
        values = self._values = decibels(magnitude)
        mark = float(20 * np.log10(side_lobe)) if side_lobe else None
        self._drawn = (0, 0)
        self._draw()
        self.canvas.set_caption(_words(side_lobe))
        for axis, profile in enumerate(self.profiles):
            profile.set_values(values.max(axis=axis), mark)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Put the curves where they leave the picture more room."""
        super().resizeEvent(event)
        wide = self.width() > _WIDE * self.height()
        self._parts.setDirection(_RIGHT if wide else _DOWN)
        self._curves.setDirection(_DOWN if wide else _RIGHT)
        self._parts.setStretch(0, 1 if wide else 2)

    def _lay_out(self) -> None:
        self._parts.setContentsMargins(0, 0, 0, 0)
        for box in (self._parts, self._curves):
            box.setSpacing(0)  # what shows between them would have the colour of the theme
        for profile in self.profiles:
            self._curves.addWidget(profile)
        self._parts.addWidget(self.canvas, 2)
        self._parts.addLayout(self._curves, 1)

    def _draw(self) -> None:
        """Draw so that no line is lost where the field has fewer pixels than the picture."""
        if self._values is None:
            return
        rows, columns = self._values.shape
        extent, scale = self.canvas.surface.extent, self.canvas.surface.scale_factor()
        if self.canvas.values.shape != self._values.shape:
            self.canvas.set_values(self._values)
        covers = (ceil(rows / (extent.height() * scale)), ceil(columns / (extent.width() * scale)))
        if covers != self._drawn:
            self._drawn = covers
            self.canvas.set_values(widened(self._values, covers))

    def _clear(self) -> None:
        self._values = None
        self.canvas.clear()
        self.canvas.set_caption(_TITLE)
        for profile in self.profiles:
            profile.set_values(np.empty(0, np.float32))

    def set_voxel_size(self, height: float, width: float) -> None:
        """Say how large a pixel is [m]."""
        self.canvas.set_pixel_size(height * 1e3, width * 1e3, "mm")

    def _words_for(self, row: int, column: int) -> str:
        if self._values is None:
            return ""
        place, value = self.canvas.place_of(row, column), float(self._values[row, column])
        return f"Δx {place.x():+.1f}  Δy {place.y():+.1f} mm   {value:.1f} dB"


def decibels(magnitude: NDArray[np.float32]) -> Values:
    """Return 20 log₁₀ relative to the maximum, not below `FLOOR`."""
    top = float(magnitude.max(initial=0.0))
    if top <= 0.0:
        return np.full(magnitude.shape, FLOOR, np.float32)
    least = np.float32(top * 10 ** (FLOOR / 20))
    values: Values = 20 * np.log10(np.maximum(magnitude, least) / np.float32(top))
    return values


def widened(values: Values, covers: tuple[int, int]) -> Values:
    """Return the largest of so many rows and columns around each value."""
    for axis, count in enumerate(covers):
        moved = (np.roll(values, shift - (count - 1) // 2, axis) for shift in range(count))
        values = reduce(np.maximum, moved)
    return values


def _words(side_lobe: float | None) -> str:
    if side_lobe is None:
        return _TITLE
    if side_lobe <= 0:
        return f"{_TITLE}: no side lobes"
    return with_minus(f"{_TITLE}: side lobe {20 * np.log10(side_lobe):.1f} dB")
