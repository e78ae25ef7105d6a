"""Axes, grid and one curve: the parts of pyqtgraph's plots, without their menus."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPen
from PySide6.QtWidgets import QWidget

from ksyn_gui.views.graph import AxisItem, GraphicsView, PlotCurveItem, ViewBox

Ticks = Sequence[tuple[float, str]]
"""Places and what is written there."""


class Plot(GraphicsView):
    """One curve over a grid of horizontal lines.

    It looks on: pointer and keys belong to the widget around it. (A `PlotWidget` takes 30 ms to
    make, nearly all of it for menus that nobody would see; this takes 3.)
    """

    def __init__(self, *, steps_below: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.box = ViewBox(enableMouse=False, enableMenu=False)
        self.curve = PlotCurveItem(antialias=True)
        self.box.addItem(self.curve, ignoreBounds=True)
        self._values, self._steps = AxisItem("left"), AxisItem("bottom")
        layout = self.centralLayout
        layout.setContentsMargins(0, 0, 12, 0)
        layout.setSpacing(0)
        layout.addItem(self._values, 0, 0)
        layout.addItem(self.box, 0, 1)
        if steps_below:
            layout.addItem(self._steps, 1, 1)
        for axis in (self._values, self._steps):
            axis.linkToView(self.box)
            axis.setPen(QPen(Qt.PenStyle.NoPen))
            axis.setStyle(tickLength=0, hideOverlappingLabels=False)
        self._values.setWidth(44)
        self._steps.setHeight(16)
        self._written: tuple[Ticks, Ticks] = ((), ())

    def show_range(self, steps: tuple[float, float], values: tuple[float, float]) -> None:
        """Show these steps and values."""
        self.box.setRange(xRange=steps, yRange=values, padding=0)

    def show_ticks(self, values: Ticks, steps: Ticks = ()) -> None:
        """Write these numbers beside and below."""
        if (values, steps) != self._written:
            self._written = (values, steps)
            self._values.setTicks([values])
            self._steps.setTicks([steps])

    def set_colours(self, ground: QColor, ink: QColor, grid: QColor) -> None:
        """Paint on this ground, write with this ink; the grid's transparency counts."""
        self.setBackgroundBrush(ground)
        for axis in (self._values, self._steps):
            axis.setTextPen(QPen(ink))
            axis.setTickPen(QPen(grid, 1))
        self._values.setGrid(grid.alpha())

    def set_tick_font(self, font: QFont) -> None:
        """Write the numbers in this font."""
        for axis in (self._values, self._steps):
            axis.setStyle(tickFont=font)
