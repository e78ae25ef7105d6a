"""One number of every step, as a curve that can be clicked."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

Numbers = NDArray[np.float64]

_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 30, 20
"""Between the widget's edges and the plot [pixels]."""
_MOST_POINTS = 600
"""More would only paint over each other."""


@dataclass(frozen=True, eq=False)
class Line:
    """What a curve shows."""

    steps: Numbers
    """Ascending, counted from 0."""
    values: Numbers
    total: int
    """Steps there will be."""


NO_LINE = Line(np.empty(0), np.empty(0), 1)


class StepCurve(QWidget):
    """Draws a number against the step; a click or an arrow key chooses a step.

    Args:
        title: What is drawn, with its unit.
        logarithmic: Whether equal distances stand for equal factors.
    """

    step_chosen = Signal(int)

    def __init__(self, title: str, *, logarithmic: bool = False) -> None:
        super().__init__()
        self._title, self._logarithmic = title, logarithmic
        self._line = NO_LINE
        self._shown: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(170, 84))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(title)
        self.setToolTip(f"{title} of every step. Click: see that step. ← →: the next one")

    @property
    def line(self) -> Line:
        """What is drawn."""
        return self._line

    def set_line(self, line: Line) -> None:
        """Draw another curve, without what cannot be drawn: not finite, or a logarithm of 0."""
        good = np.isfinite(line.values)
        if self._logarithmic:
            good &= line.values > 0
        self._line = Line(line.steps[good], line.values[good], line.total)
        self.update()

    def set_shown(self, step: int | None) -> None:
        """Mark the step that is on the screen."""
        if step != self._shown:
            self._shown = step
            self._describe()
            self.update()

    def value_at(self, step: int) -> float | None:
        """Return the value of the last step not after this one."""
        place = int(np.searchsorted(self._line.steps, step, side="right")) - 1
        return float(self._line.values[place]) if place >= 0 else None

    # --- mouse and keyboard -------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose the step under the pointer."""
        self._choose_at(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Follow the pointer while the button is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose_at(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Left and right go to the neighbouring step."""
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        way = ways.get(Qt.Key(event.key()))
        if way is None or self._shown is None:
            super().keyPressEvent(event)
        else:
            self.step_chosen.emit(max(self._shown + way, 0))

    def _choose_at(self, x: float) -> None:
        if self._line.steps.size:
            share = (x - self._plot.left()) / max(self._plot.width(), 1)
            step = round(share * (self._line.total - 1))
            self.step_chosen.emit(int(np.clip(step, 0, self._line.steps[-1])))

    # --- where things lie ---------------------------------------------------------------------

    @property
    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)

    def _x(self, step: float) -> float:
        share = step / max(self._line.total - 1, 1)
        return self._plot.left() + share * self._plot.width()

    def _y(self, values: Numbers) -> Numbers:
        low, high = self._range()
        share = (self._scaled(values) - low) / (high - low)
        heights: Numbers = self._plot.bottom() - share * self._plot.height()
        return heights

    def _scaled(self, values: Numbers) -> Numbers:
        return np.log10(values) if self._logarithmic else values

    def _range(self) -> tuple[float, float]:
        """Return the ends of the axis, as logarithms on a logarithmic one."""
        scaled = self._scaled(self._line.values)
        low, high = float(scaled.min()), float(scaled.max())
        room = max(0.06 * (high - low), 1e-3 * abs(high), 1e-9)
        return low - room, high + room

    def _ticks(self) -> list[float]:
        """Return a few round values within the range."""
        low, high = self._range()
        if self._logarithmic and floor(high) - ceil(low) >= 1:
            decades = [10.0**power for power in range(ceil(low), floor(high) + 1)]
            return decades[:: max(len(decades) // 3, 1)]
        if self._logarithmic:
            low, high = 10**low, 10**high
        step = _round_step((high - low) / 3)
        return [step * n for n in range(ceil(low / step), floor(high / step) + 1)]

    # --- painting -----------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint title, grid, curve and the shown step."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_title(painter)
        if self._line.steps.size:
            self._paint_grid(painter)
            self._paint_line(painter)
            self._paint_shown(painter)
        else:
            self._paint_empty(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)

    def _ink(self, strength: float) -> QColor:
        colour = self.palette().windowText().color()
        colour.setAlphaF(strength)
        return colour

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(font.pointSizeF() * 0.85, 6.5))
        return font

    def _paint_title(self, painter: QPainter) -> None:
        row = QRectF(10, 4, self.width() - 10 - _RIGHT, _TOP - 8)
        painter.setPen(self._ink(0.7))
        painter.drawText(row, _LEFT_MIDDLE, self._title)
        value = None if self._shown is None else self.value_at(self._shown)
        if value is not None:
            painter.setPen(self._ink(1))
            painter.drawText(row, _RIGHT_MIDDLE, f"{value:.4g}")

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setPen(QPen(self._ink(0.1), 1))
        plot = self._plot
        for share in (0.0, 0.5, 1.0):
            y = plot.top() + share * plot.height()
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))

    def _paint_grid(self, painter: QPainter) -> None:
        painter.setFont(self._small_font())
        plot, ticks = self._plot, self._ticks()
        for tick, y in zip(ticks, self._y(np.array(ticks)), strict=True):
            painter.setPen(QPen(self._ink(0.1), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(self._ink(0.65))
            painter.drawText(QRectF(0, y - 9, plot.left() - 7, 18), _RIGHT_MIDDLE, f"{tick:.3g}")
        below = QRectF(plot.left(), plot.bottom() + 2, plot.width(), _BOTTOM - 3)
        painter.setPen(self._ink(0.65))
        painter.drawText(below, _LEFT_MIDDLE, "1")
        if self._line.total > 1:
            painter.drawText(below, _RIGHT_MIDDLE, f"{self._line.total}")

    def _paint_line(self, painter: QPainter) -> None:
        stride = max(self._line.steps.size // _MOST_POINTS, 1)
        steps = np.append(self._line.steps[:-1:stride], self._line.steps[-1])
        values = np.append(self._line.values[:-1:stride], self._line.values[-1])
        points = [QPointF(self._x(s), y) for s, y in zip(steps, self._y(values), strict=True)]
        accent = self.palette().highlight().color()
        painter.setPen(QPen(accent, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if len(points) > 1:
            painter.drawPolyline(QPolygonF(points))
        else:
            painter.drawEllipse(points[0], 2.5, 2.5)

    def _paint_shown(self, painter: QPainter) -> None:
        value = None if self._shown is None else self.value_at(self._shown)
        if self._shown is None or value is None:
            return
        x, y = self._x(self._shown), float(self._y(np.array([value]))[0])
        painter.setPen(QPen(self._ink(0.4), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, self._plot.top()), QPointF(x, self._plot.bottom()))
        painter.setPen(QPen(self.palette().window().color(), 1.5))
        painter.setBrush(self.palette().highlight().color())
        painter.drawEllipse(QPointF(x, y), 4, 4)

    def _describe(self) -> None:
        value = None if self._shown is None else self.value_at(self._shown)
        if value is not None and self._shown is not None:
            self.setAccessibleDescription(f"Step {self._shown + 1}: {value:.4g}")


_LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT_MIDDLE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _round_step(rough: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below."""
    power = 10.0 ** floor(log10(rough))
    return next(power * part for part in (1, 2, 5, 10) if power * part >= rough * 0.999)
