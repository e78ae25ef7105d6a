"""One number of every step, as a curve."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsLineItem, QGridLayout, QWidget

from ksyn_gui.facts import Curve
from ksyn_gui.parts import Elided, value
from ksyn_gui.scalars import scalar_text, scalar_title, scalar_unit
from ksyn_gui.views.bars import line_of
from ksyn_gui.views.plot import DIAMOND, DOT, Mark, Plot, Ticks

LOGARITHMIC = {"data_residual", "nmse", "nrmse", "sigma"}
"""Scalars whose equal factors are drawn as equal distances."""
BEST = {"psnr": 1, "ssim": 1, "nmse": -1, "nrmse": -1, "hfen": -1, "lpips": -1}
"""1: the highest is best; −1: the lowest."""
_MOST_POINTS = 600
"""More would only paint over each other."""


@dataclass(frozen=True)
class StepAxis:
    """Which steps a plot has room for."""

    first: int = 0
    last: int = 0
    sample_starts: tuple[int, ...] = ()
    """Steps at which another sample begins; the curve is not drawn across."""

    @classmethod
    def of(cls, steps: NDArray[np.float64]) -> StepAxis:
        """Return the axis of one curve alone."""
        return cls(int(steps[0]), int(steps[-1])) if steps.size else cls()

    @property
    def range(self) -> tuple[float, float]:
        """What is shown: a little more than all steps."""
        last = max(self.last, self.first + 1)
        room = 0.02 * (last - self.first)
        return self.first - room, last + room

    def joins(self, steps: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return of each step whether it and the next are of one sample."""
        sample = np.searchsorted(np.array(self.sample_starts), steps, side="right")
        return np.append(sample[1:] == sample[:-1], False)[: steps.size]


class CurvePlot(QWidget):
    """Draws the values of one scalar; the dot is the shown step, the diamond the best one."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._logarithmic = name in LOGARITHMIC
        self._steps = self._values = np.empty(0)
        self._shown: int | None = None
        self._axis = StepAxis()
        self._is_zero = False
        self._title, self._number = Elided(_title(name), Qt.TextElideMode.ElideRight), value()
        self._title.setProperty("role", "quiet")
        self._plot = Plot(steps_below=True)
        self._line = QGraphicsLineItem()
        self._best_mark, self._mark = Mark(DIAMOND), Mark(DOT)
        for item in (self._line, self._best_mark, self._mark):
            self._plot.box.addItem(item, ignoreBounds=True)
        layout = QGridLayout(self)
        layout.setContentsMargins(8, 2, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._title, 0, 0)
        layout.addWidget(self._number, 0, 1, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self._plot, 1, 0, 1, 2)
        layout.setRowStretch(1, 1)
        self._number.setContentsMargins(0, 0, 12, 0)
        self.setMinimumSize(140, 72)
        self._dress()

    @property
    def curve(self) -> Curve:
        """What is drawn: finite, and above 0 where the axis is logarithmic."""
        return self._steps, self._values

    def set_curve(
        self,
        steps: NDArray[np.float64],
        values: NDArray[np.float64],
        shown: int | None,
        axis: StepAxis | None = None,
    ) -> None:
        """Draw other values, and mark a step; None marks the newest."""
        self._shown, self._axis = shown, axis or StepAxis.of(steps)
        self._is_zero = self._logarithmic and values.size > 0 and not values.any()
        good = np.isfinite(values)
        if self._logarithmic:
            good &= values > 0
        self._steps, self._values = steps[good], values[good]
        self._draw()

    def set_shown(self, step: int | None) -> None:
        """Mark a step; None marks the newest."""
        if step != self._shown:
            self._shown = step
            self._draw_marks()

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
        number = self._why_empty() or "–" if value is None else scalar_text(self.name, value)
        return f"{scalar_title(self.name)} {number}"

    def step_at(self, x: float) -> int | None:
        """Return the step nearest to a horizontal place in the widget [pixels]."""
        if not self._steps.size:
            return None
        pixel = self._plot.mapFrom(self, QPoint(round(x), 0))
        place = self._plot.box.mapSceneToView(QPointF(pixel)).x()
        return int(self._steps[np.argmin(np.abs(self._steps - place))])

    def _marked(self) -> int:
        if self._shown is not None:
            return self._shown
        return int(self._steps[-1]) if self._steps.size else 0

    # --- drawing ------------------------------------------------------------------------------

    def _draw(self) -> None:
        stride = max(self._steps.size // _MOST_POINTS, 1)
        chosen = np.unique(np.append(np.arange(0, self._steps.size, stride), self._steps.size - 1))
        drawn = chosen[chosen >= 0]
        steps, heights = self._steps[drawn], self._scaled(self._values[drawn])
        self._plot.curve.setData(steps, heights, connect=self._axis.joins(steps))
        if self._steps.size:
            self._plot.show_range(self._axis.range, self._range())
            self._plot.show_ticks(self._value_ticks(), self._step_ticks())
        else:
            self._plot.show_ticks(())
        self._plot.say(self._why_empty())
        self._draw_marks()

    def _draw_marks(self) -> None:
        self._plot.refresh()
        value = self.value_at(self._marked())
        self._number.setText("" if value is None else scalar_text(self.name, value))
        best = self.best
        self._best_mark.show_at(best and QPointF(best[0], self._height(best[1])))
        newest = self._steps.size == 1
        self._line.setVisible(self._shown is not None and value is not None)
        if value is None or not (newest or self._shown is not None):
            self._mark.show_at(None)
            return
        step = min(self._marked(), int(self._steps[-1]))
        low, high = self._range()
        self._line.setLine(step, low, step, high)
        self._mark.show_at(QPointF(step, self._height(value)))

    def _scaled(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log10(values) if self._logarithmic else values

    def _height(self, value: float) -> float:
        return log10(value) if self._logarithmic else value

    def _range(self) -> tuple[float, float]:
        scaled = self._scaled(self._values)
        low, high = float(scaled.min()), float(scaled.max())
        room = max(0.08 * (high - low), 1e-3 * abs(high), 1e-12)
        return low - room, high + room

    def _why_empty(self) -> str:
        """Return what a logarithm cannot show; empty where there is something to be seen."""
        return "0 at every step" if self._is_zero else ""

    def _step_ticks(self) -> Ticks:
        """Return the first and the last step, counted from 1."""
        ends = sorted({self._axis.first, self._axis.last})
        return [(step, f"{step + 1}") for step in ends]

    def _value_ticks(self) -> Ticks:
        """Return a few round values within the range."""
        low, high = self._range()
        if self._logarithmic and floor(high) >= ceil(low) + 1:
            powers = range(ceil(low), floor(high) + 1)
            return [(power, f"{10.0**power:.4g}") for power in powers][:: max(len(powers) // 3, 1)]
        if self._logarithmic:
            low, high = 10**low, 10**high
        step = _round_step((high - low) / 3)
        values = [step * n for n in range(ceil(low / step), floor(high / step) + 1)]
        return [(self._height(value), f"{value:.4g}") for value in values]

    def _point(self, step: float, value: float) -> QPointF:
        """Return the pixel of the widget where that step and value are drawn."""
        place = self._plot.box.mapViewToScene(QPointF(step, self._height(value)))
        return self._plot.mapTo(self, place)

    # --- colours ------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow the theme and the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._dress()

    def _dress(self) -> None:
        ground, accent = self.palette().window().color(), self.palette().highlight().color()
        self._plot.set_colours(ground, self._ink(0.66), self._ink(0.12))
        self._plot.curve.setPen(line_of(accent, 1.7))
        self._line.setPen(line_of(self._ink(0.45), 1, Qt.PenStyle.DashLine))
        for mark, colour in ((self._best_mark, self._ink(0.85)), (self._mark, accent)):
            mark.set_colours(colour, ground)
        font = self.font()
        font.setPointSizeF(max(font.pointSizeF() * 0.88, 7.0))
        self._plot.set_tick_font(font)
        for label in (self._title, self._number):
            label.setFont(font)

    def _ink(self, strength: float) -> QColor:
        colour = self.palette().windowText().color()
        colour.setAlphaF(strength)
        return colour


def _title(name: str) -> str:
    unit = scalar_unit(name)
    return scalar_title(name) + (f" [{unit}]" if unit else "")


def _round_step(rough: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below the rough one."""
    power = 10.0 ** floor(log10(rough))
    return next(power * part for part in (1, 2, 5, 10) if power * part >= rough * 0.999)
