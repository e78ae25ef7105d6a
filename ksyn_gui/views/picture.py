"""One array in a plane, through a colour table or in colours of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage

from ksyn_gui.views.graph import ImageItem
from ksyn_gui.views.levels import Levels, Values
from ksyn_gui.views.luts import Lut

Pixels = NDArray[np.uint32]
"""``row column``, 0xAARRGGBB with alpha multiplied in."""


class Picture(ImageItem):
    """Draws an array into a rectangle; other levels or colours leave the array alone."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._source: NDArray[np.generic] | None = None
        self._placed: tuple[QRectF, tuple[int, ...]] | None = None

    def show_values(self, values: Values, levels: Levels, table: Lut, box: QRectF) -> None:
        """Draw finite numbers between two levels through a colour table."""
        new = None if values is self._source else values
        self._source = values
        self.setImage(new, autoLevels=False, levels=(levels.low, levels.high), lut=table)
        self._place(values.shape, box)

    def show_colours(self, colours: NDArray[np.uint8], box: QRectF) -> None:
        """Draw ``row column 3`` red-green-blue."""
        self._source = colours
        self.setImage(colours, autoLevels=False, levels=None, lut=None)
        self._place(colours.shape[:2], box)

    def show_kinds(self, kinds: NDArray[np.uint8], table: NDArray[np.uint8], box: QRectF) -> None:
        """Draw each pixel in the colour that its number has in ``entry 4`` with alpha."""
        self._source = kinds
        self.setImage(kinds, autoLevels=False, levels=(0, len(table)), lut=table)
        self._place(kinds.shape, box)

    def clear(self) -> None:
        """Draw nothing."""
        self._source = self._placed = None
        super().clear()

    @property
    def pixels(self) -> Pixels:
        """What is on the screen."""
        if self.qimage is None or self._renderRequired:
            self.render()
        if self.qimage is None:
            return np.zeros((1, 1), np.uint32)
        image = self.qimage.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        flat = np.frombuffer(image.constBits(), np.uint32).copy()
        return flat.reshape(image.height(), image.width())

    def _place(self, shape: tuple[int, ...], box: QRectF) -> None:
        if (box, shape) != self._placed:
            self._placed = (QRectF(box), shape)
            self.setRect(box)
