"""One array in a plane, through a colour table or in colours of its own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage

from ksyn_gui.views.complex_modes import coloured
from ksyn_gui.views.graph import ImageItem
from ksyn_gui.views.levels import Levels, Values
from ksyn_gui.views.luts import Lut

Pixels = NDArray[np.uint32]
"""``row column``, 0xAARRGGBB with alpha multiplied in: what the screen holds. A picture of any
other kind is scaled eight times more slowly."""
Format = QImage.Format


class Picture(ImageItem):
    """Draws an array into a rectangle; other levels or colours leave the array alone.

    Colours are looked up when the picture is painted: until then it may be told many things.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._source: NDArray[np.generic] | None = None
        self._placed: tuple[QRectF, tuple[int, ...]] | None = None
        self._colour: Callable[[], Pixels] = _nothing
        self._pixels = _nothing()
        self._format = Format.Format_RGB32

    def show_values(self, values: Values, levels: Levels, table: Lut, box: QRectF) -> None:
        """Draw finite numbers between two levels through a colour table."""
        self._show(values, lambda: looked_up(values, levels, table), box)

    def show_colours(
        self, brightness: Values, hue: NDArray[np.uint8], levels: Levels, box: QRectF
    ) -> None:
        """Draw finite numbers between two levels as the brightness of hues."""
        self._show(brightness, lambda: _packed(coloured(brightness, hue, levels)), box)

    def show_kinds(self, kinds: NDArray[np.uint8], table: NDArray[np.uint8], box: QRectF) -> None:
        """Draw each pixel in the colour that its number has in ``entry 4`` with alpha."""
        self._show(
            kinds, lambda: _packed(table).take(kinds), box, Format.Format_ARGB32_Premultiplied
        )

    def clear(self) -> None:
        """Draw nothing."""
        self._source = self._placed = None
        super().clear()

    def render(self) -> None:
        """Look up the colours."""
        self._pixels = self._colour()  # QImage does not copy them
        rows, columns = self._pixels.shape
        self.qimage = QImage(self._pixels.data, columns, rows, 4 * columns, self._format)
        self._renderRequired = self._unrenderable = False

    @property
    def pixels(self) -> Pixels:
        """What is on the screen."""
        if self._renderRequired:
            self.render()
        return self._pixels

    def _show(
        self,
        source: NDArray[np.generic],
        colour: Callable[[], Pixels],
        box: QRectF,
        kind: QImage.Format = Format.Format_RGB32,
    ) -> None:
        self._colour, self._format = colour, kind
        new = None if source is self._source else source
        self._source = source
        self.setImage(new, autoLevels=False)
        if (box, source.shape) != self._placed:
            self._placed = (QRectF(box), source.shape)
            self.setRect(box)


def looked_up(values: Values, levels: Levels, table: Lut) -> Pixels:
    """Return the colours of finite numbers; below and above the levels those of the ends."""
    places = (values - np.float32(levels.low)) * np.float32(len(table) / levels.window)
    np.clip(places, 0, len(table) - 1, out=places)
    pixels: Pixels = _packed(table).take(places.astype(np.uint8))
    return pixels


def _packed(colours: NDArray[np.uint8]) -> Pixels:
    """Return ``… 3`` red-green-blue, or ``… 4`` with alpha, as one number a colour."""
    parts = colours.astype(np.uint32)
    alpha = parts[..., 3] if parts.shape[-1] == 4 else np.uint32(255)
    red, green, blue = ((parts[..., part] * alpha + 127) // 255 for part in range(3))
    packed: Pixels = ((alpha << 24) | (red << 16) | (green << 8) | blue).astype(np.uint32)
    return packed


def _nothing() -> Pixels:
    return np.zeros((1, 1), np.uint32)
