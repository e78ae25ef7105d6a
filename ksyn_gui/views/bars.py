"""What stands beside a picture: colour bar and scale bar, readable over anything."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from ksyn_gui.views.luts import Lut

FIELD = QColor(15, 16, 18)
"""Behind every picture, in the dark and in the light theme: eyes adapt to the picture."""
INK = QColor(232, 234, 237)
CROSS = QColor(255, 176, 64)
_GROUND = QColor(10, 11, 13, 165)


def small(font: QFont) -> QFont:
    """Return the font in which numbers stand beside a picture."""
    smaller = QFont(font)
    smaller.setPointSizeF(max(font.pointSizeF() * 0.85, 7.0))
    return smaller


def line_of(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """Return a pen that is as wide at every zoom [pixels]."""
    pen = QPen(colour, width, style)
    pen.setCosmetic(True)
    return pen


def colour_strip(table: Lut) -> QImage:
    """Return a colour table as a picture one pixel wide, its end at the top."""
    colours = np.full((len(table), 1, 4), 255, np.uint8)
    colours[:, 0, :3] = table[::-1, ::-1]  # blue, green, red: Qt paints it unconverted
    return QImage(colours.data, 1, len(table), 4, QImage.Format.Format_RGB32).copy()


def paint_colour_bar(painter: QPainter, field: QRectF, strip: QImage, low: str, high: str) -> None:
    """Paint a `colour_strip` at the right of a field, with what its two ends stand for."""
    box = QRectF(field.width() - 16, field.height() * 0.24, 7, field.height() * 0.5)
    painter.drawImage(box.toRect(), strip)
    painter.setPen(QPen(QColor(120, 124, 130), 1))
    painter.drawRect(box)
    label = QRectF(box.right() - 90, 0, 90, 13)
    label.moveBottom(box.top() - 3)
    _text(painter, label, high)
    label.moveTop(box.bottom() + 3)
    _text(painter, label, low)


def paint_scale_bar(painter: QPainter, field: QRectF, per_unit: float, unit: str) -> None:
    """Paint a line of a round length at the bottom right; `per_unit` is its scale [pixels]."""
    length = _round_length(field.width() / 5 / per_unit)
    right, y = field.width() - 12.0, field.height() - 9.0
    painter.setPen(QPen(INK, 2))
    painter.drawLine(QPointF(right - length * per_unit, y), QPointF(right, y))
    _text(painter, QRectF(right - 120, y - 17, 120, 14), f"{length:g} {unit}")


def _round_length(wanted: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at most the wanted length."""
    power = 1.0
    while power > wanted:
        power /= 10
    while power * 10 <= wanted:
        power *= 10
    return max(step * power for step in (1, 2, 5) if step * power <= wanted or step == 1)


def _text(painter: QPainter, box: QRectF, text: str) -> None:
    """Paint light text on a dark ground."""
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.fillRect(painter.boundingRect(box, flags, text).adjusted(-3, 0, 3, 0), _GROUND)
    painter.setPen(INK)
    painter.drawText(box, flags, text)
