"""A curve along one axis of a picture, in decibels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ksyn_gui.views.levels import Values
from ksyn_gui.views.surface import CROSS, FIELD, INK

_CURVE = QColor(120, 200, 255)
_GRID = QColor(52, 55, 60)
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 10, 16, 6


class ProfilePlot(QWidget):
    """Draws values from `low` to 0 dB; a dashed line marks one level."""

    def __init__(self, title: str, low: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._low = title, low
        self._values: Values = np.empty(0, np.float32)
        self._mark: float | None = None
        self.setMinimumHeight(64)
        self.setAccessibleName(title)

    @property
    def values(self) -> Values:
        """What is drawn [dB]."""
        return self._values

    def set_values(self, values: NDArray[np.float32], mark: float | None = None) -> None:
        """Draw other values [dB]; `mark` is the level of the dashed line."""
        self._values, self._mark = values, mark
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint grid, curve and mark."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), FIELD)
        font = self.font()
        font.setPointSizeF(max(font.pointSizeF() * 0.85, 7.0))
        painter.setFont(font)
        self._paint_grid(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._values.size:
            painter.setPen(QPen(_CURVE, 1.2))
            painter.drawPolyline(self._line())
        if self._mark is not None:
            painter.setPen(QPen(CROSS, 1, Qt.PenStyle.DashLine))
            y = self._height_of(max(self._mark, self._low))
            painter.drawLine(QPointF(_LEFT, y), QPointF(self.width() - _RIGHT, y))

    def _paint_grid(self, painter: QPainter) -> None:
        step = 20.0 if self.height() > 110 else 30.0
        for value in np.arange(0, self._low - 1, -step):
            y = self._height_of(float(value))
            painter.setPen(_GRID)
            painter.drawLine(QPointF(_LEFT, y), QPointF(self.width() - _RIGHT, y))
            painter.setPen(INK)
            label = QRectF(0, y - 7, _LEFT - 5, 14)
            painter.drawText(label, _RIGHT_MIDDLE, f"{value:.0f}")
        painter.drawText(QRectF(_LEFT, 0, self.width() - _LEFT, _TOP), _LEFT_MIDDLE, self._title)

    def _line(self) -> QPolygonF:
        x = np.linspace(_LEFT, self.width() - _RIGHT, self._values.size)
        points = zip(x, np.maximum(self._values, self._low), strict=True)
        return QPolygonF([QPointF(place, self._height_of(float(v))) for place, v in points])

    def _height_of(self, value: float) -> float:
        share = value / self._low
        return _TOP + share * (self.height() - _TOP - _BOTTOM)


_LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT_MIDDLE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
