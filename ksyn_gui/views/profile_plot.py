"""A curve along one axis of a picture, in decibels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QGraphicsLineItem, QLabel, QWidget

from ksyn_gui.scalars import with_minus
from ksyn_gui.views.bars import CROSS, FIELD, INK, line_of, small
from ksyn_gui.views.levels import Values
from ksyn_gui.views.plot import LEFT, Plot

_CURVE = QColor(120, 200, 255)
_GRID = QColor(52, 55, 60)
_TOP, _BOTTOM = 16, 6


class ProfilePlot(Plot):
    """Draws values from `low` to 0 dB; a dashed line marks one level."""

    def __init__(self, title: str, low: float, parent: QWidget | None = None) -> None:
        super().__init__(steps_below=False, parent=parent)
        self._low = low
        self._drawn: Values = np.empty(0, np.float32)
        self._mark = QGraphicsLineItem()
        self._mark.setPen(line_of(CROSS, 1, Qt.PenStyle.DashLine))
        self._mark.setVisible(False)
        self.box.addItem(self._mark, ignoreBounds=True)
        self.curve.setPen(line_of(_CURVE, 1.2))
        self.set_colours(FIELD, INK, _GRID)
        self.set_tick_font(small(self.font()))
        self.centralLayout.setContentsMargins(LEFT, _TOP, 10, _BOTTOM)
        self._title = QLabel(title, self)
        self._title.setStyleSheet(f"color: {INK.name()};")
        self._title.setFont(small(self.font()))
        self._title.move(LEFT, 1)
        self.setMinimumHeight(64)
        self.setAccessibleName(title)

    @property
    def values(self) -> Values:
        """What is drawn [dB]."""
        return self._drawn

    def set_values(self, values: NDArray[np.float32], mark: float | None = None) -> None:
        """Draw other values [dB]; `mark` is the level of the dashed line."""
        self._drawn = values
        self.curve.setData(np.arange(values.size), np.maximum(values, self._low))
        last = max(values.size - 1.0, 1.0)
        self.show_range((0.0, last), (self._low, 0.0))
        self._mark.setVisible(mark is not None)
        if mark is not None:
            height = max(mark, self._low)
            self._mark.setLine(0.0, height, last, height)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Write as many numbers as there is room for."""
        super().resizeEvent(event)
        if event is not None:  # pyqtgraph calls this before there are axes
            step = 20 if self.height() > 110 else 30
            self.show_ticks(
                [(value, with_minus(f"{value}")) for value in range(0, round(self._low) - 1, -step)]
            )
