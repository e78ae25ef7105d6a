"""One number of every step, as a curve."""

from __future__ import annotations

from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ksyn_gui.scalars import scalar_text, scalar_title, scalar_unit

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Steps, ascending, and values."""

LOGARITHMIC = {"data_residual", "nmse", "nrmse", "sigma"}
"""Scalars whose equal factors are drawn as equal distances."""
BEST = {"psnr": 1, "ssim": 1, "nmse": -1, "nrmse": -1, "hfen": -1, "lpips": -1}
"""1: the highest is best; −1: the lowest."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 12, 24, 18
_MOST_POINTS = 600
"""More would only paint over each other."""


class CurvePlot(QWidget):
    """Draws the values of one scalar; the dot is the shown step, the diamond the best one."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._logarithmic = name in LOGARITHMIC
        self._steps = self._values = np.empty(0)
        self._shown: int | None = None
        self.setMinimumSize(140, 72)

    @property
    def curve(self) -> Curve:
        """What is drawn: finite, and above 0 where the axis is logarithmic."""
        return self._steps, self._values

    def set_curve(self, steps: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        """Draw other values."""
        good = np.isfinite(values)
        if self._logarithmic:
            good &= values > 0
        self._steps, self._values = steps[good], values[good]
        self.update()

    def set_shown(self, step: int | None) -> None:
        """Mark a step; None marks the newest."""
        self._shown = step
        self.update()

    def value_at(self, step: int) -> float | None:
        """Return the value of the last step not after this one."""
        place = int(np.searchsorted(self._steps, step, side="right")) - 1
        return float(self._values[place]) if place >= 0 else None

    @property
    def best(self) -> tuple[int, float] | None:
        """Step and value of the best one; None where none is better than another."""
        sign = BEST.get(self.name, 0)
        if not sign or not self._values.size:
            return None
        place = int(np.argmax(sign * self._values))
        return int(self._steps[place]), float(self._values[place])

    @property
    def words(self) -> str:
        """Name and value of the marked step."""
        value = self.value_at(self._marked())
        number = "–" if value is None else scalar_text(self.name, value)
        return f"{scalar_title(self.name)} {number}"

    def step_at(self, x: float) -> int | None:
        """Return the step nearest to a horizontal place in the widget [pixels]."""
        if not self._steps.size:
            return None
        places = self._across(self._steps)
        return int(self._steps[np.argmin(np.abs(places - x))])

    def _marked(self) -> int:
        if self._shown is not None:
            return self._shown
        return int(self._steps[-1]) if self._steps.size else 0

    # --- where things lie ---------------------------------------------------------------------

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)

    def _across(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        first, last = self._steps[0], max(self._steps[-1], self._steps[0] + 1)
        places: NDArray[np.float64] = (steps - first) / (last - first)
        return self._plot().left() + places * self._plot().width()

    def _up(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        low, high = self._range()
        share = (self._scaled(values) - low) / (high - low)
        return np.asarray(self._plot().bottom() - share * self._plot().height())

    def _scaled(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log10(values) if self._logarithmic else values

    def _range(self) -> tuple[float, float]:
        scaled = self._scaled(self._values)
        low, high = float(scaled.min()), float(scaled.max())
        room = max(0.08 * (high - low), 1e-3 * abs(high), 1e-12)
        return low - room, high + room

    def _ticks(self) -> list[float]:
        """Return a few round values within the range."""
        low, high = self._range()
        if self._logarithmic and floor(high) >= ceil(low) + 1:
            decades = range(ceil(low), floor(high) + 1)
            return [10.0**power for power in decades][:: max(len(decades) // 3, 1)]
        if self._logarithmic:
            low, high = 10**low, 10**high
        step = _round_step((high - low) / 3)
        return [step * n for n in range(ceil(low / step), floor(high / step) + 1)]

    # --- painting -----------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint title, grid, curve and marks."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._small_font())
        self._paint_title(painter)
        if self._values.size:
            self._paint_grid(painter)
            self._paint_curve(painter)
            self._paint_marks(painter)

    def _paint_title(self, painter: QPainter) -> None:
        row = QRectF(8, 2, self.width() - 8 - _RIGHT, _TOP - 4)
        unit = scalar_unit(self.name)
        title = scalar_title(self.name) + (f" [{unit}]" if unit else "")
        painter.setPen(self._ink(0.72))
        painter.drawText(row, _LEFT_MIDDLE, title)
        value = self.value_at(self._marked())
        if value is not None:
            painter.setPen(self._ink(1))
            painter.drawText(row, _RIGHT_MIDDLE, scalar_text(self.name, value))

    def _paint_grid(self, painter: QPainter) -> None:
        plot, ticks = self._plot(), self._ticks()
        for tick, y in zip(ticks, self._up(np.array(ticks)), strict=True):
            painter.setPen(QPen(self._ink(0.12), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(self._ink(0.66))
            painter.drawText(QRectF(0, y - 8, plot.left() - 6, 16), _RIGHT_MIDDLE, f"{tick:.4g}")
        below = QRectF(plot.left(), plot.bottom() + 1, plot.width(), _BOTTOM - 2)
        painter.setPen(self._ink(0.66))
        painter.drawText(below, _LEFT_MIDDLE, f"{int(self._steps[0]) + 1}")
        painter.drawText(below, _RIGHT_MIDDLE, f"{int(self._steps[-1]) + 1}")

    def _paint_curve(self, painter: QPainter) -> None:
        stride = max(self._steps.size // _MOST_POINTS, 1)
        chosen = np.append(np.arange(0, self._steps.size - 1, stride), self._steps.size - 1)
        x, y = self._across(self._steps[chosen]), self._up(self._values[chosen])
        points = [QPointF(*point) for point in zip(x, y, strict=True)]
        painter.setPen(QPen(self._accent(), 1.7))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if len(points) == 1:
            painter.setBrush(self._accent())
            painter.drawEllipse(points[0], 2.5, 2.5)
        painter.drawPolyline(QPolygonF(points))

    def _paint_marks(self, painter: QPainter) -> None:
        painter.setPen(QPen(self.palette().window().color(), 1.2))
        best = self.best
        if best is not None:
            painter.setBrush(self._ink(0.85))
            painter.drawPolygon(_diamond(self._point(*best)))
        step = self._marked()
        value = self.value_at(step)
        if self._shown is None or value is None:
            return
        point = self._point(min(step, int(self._steps[-1])), value)
        painter.setPen(QPen(self._ink(0.45), 1, Qt.PenStyle.DashLine))
        top, bottom = self._plot().top(), self._plot().bottom()
        painter.drawLine(QPointF(point.x(), top), QPointF(point.x(), bottom))
        painter.setPen(QPen(self.palette().window().color(), 1.5))
        painter.setBrush(self._accent())
        painter.drawEllipse(point, 4, 4)

    def _point(self, step: float, value: float) -> QPointF:
        x, y = self._across(np.array([step], np.float64)), self._up(np.array([value]))
        return QPointF(float(x[0]), float(y[0]))

    def _ink(self, strength: float) -> QColor:
        colour = self.palette().windowText().color()
        colour.setAlphaF(strength)
        return colour

    def _accent(self) -> QColor:
        return self.palette().highlight().color()

    def _small_font(self) -> QFont:
        font = self.font()
        font.setPointSizeF(max(font.pointSizeF() * 0.88, 7.0))
        return font


_LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT_MIDDLE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _diamond(middle: QPointF) -> QPolygonF:
    ways = ((0, -5), (5, 0), (0, 5), (-5, 0))
    return QPolygonF([middle + QPointF(right, down) for right, down in ways])


def _round_step(rough: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below the rough one."""
    power = 10.0 ** floor(log10(rough))
    return next(power * part for part in (1, 2, 5, 10) if power * part >= rough * 0.999)
