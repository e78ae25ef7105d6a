"""One array of colours in a scene."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ksyn_gui.views.levels import Levels, Values
from ksyn_gui.views.luts import Lut

Pixels = NDArray[np.uint32]
"""``row column``, 0xAARRGGBB with alpha multiplied in: Qt paints it without converting."""


class Picture(QGraphicsItem):
    """Paints pixels into a rectangle."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._pixels: Pixels = np.zeros((1, 1), np.uint32)
        self._image = QImage()
        self._box = QRectF()

    @property
    def pixels(self) -> Pixels:
        """What is painted."""
        return self._pixels

    def show_pixels(self, pixels: Pixels, box: QRectF) -> None:
        """Paint other pixels, perhaps elsewhere."""
        if box != self._box:
            self.prepareGeometryChange()
            self._box = box
        self._pixels = np.ascontiguousarray(pixels)  # kept: the QImage reads this memory
        rows, columns = pixels.shape
        kind = QImage.Format.Format_ARGB32_Premultiplied
        self._image = QImage(self._pixels.data, columns, rows, 4 * columns, kind)
        self.update()

    def clear(self) -> None:
        """Paint nothing."""
        self._image = QImage()
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        """Return the rectangle."""
        return self._box

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        """Paint the pixels, stretched into the rectangle."""
        if not self._image.isNull():
            painter.drawImage(self._box, self._image)


def grey_pixels(values: Values, levels: Levels, table: Lut) -> Pixels:
    """Return the pixels of values between two levels, through a colour table."""
    scale = np.float32(255 / levels.window)
    place = (values - np.float32(levels.low)) * scale
    index = np.clip(place, 0, 255, out=place).astype(np.uint8)
    return np.take(packed(table), index)


def packed(rgb: NDArray[np.uint8]) -> Pixels:
    """Return opaque pixels of ``… 3`` red-green-blue."""
    red, green, blue = (rgb[..., part].astype(np.uint32) for part in range(3))
    pixels: Pixels = (0xFF000000 | (red << 16) | (green << 8) | blue).astype(np.uint32)
    return pixels


def tint(red: int, green: int, blue: int, alpha: float) -> int:
    """Return one see-through pixel, alpha multiplied in."""
    parts = [round(alpha * part) for part in (255, red, green, blue)]
    return parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3]
