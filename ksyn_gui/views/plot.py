"""Axes, grid and one curve: the parts of pyqtgraph's plots, without their menus."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsPathItem,
    QStyleOptionGraphicsItem,
    QWidget,
)

from ksyn_gui.views.bars import line_of
from ksyn_gui.views.graph import AxisItem, GraphicsView, PlotCurveItem, ViewBox

Ticks = Sequence[tuple[float, str]]
"""Places and what is written there."""


DOT, DIAMOND = QPainterPath(), QPainterPath()
DOT.addEllipse(QRectF(-4, -4, 8, 8))
DIAMOND.addPolygon(
    QPolygonF([QPointF(0, -5), QPointF(5, 0), QPointF(0, 5), QPointF(-5, 0), QPointF(0, -5)])
)


class Mark(QGraphicsPathItem):
    """A mark at one place of a plot, as large at every zoom."""

    def __init__(self, shape: QPainterPath) -> None:
        super().__init__(shape)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)

    def show_at(self, place: QPointF | None) -> None:
        """Stand at that place, or nowhere."""
        self.setVisible(place is not None)
        if place is not None:
            self.setPos(place)

    def set_colours(self, inside: QColor, edge: QColor) -> None:
        """Fill with one colour, and set off from the curve with another."""
        self.setBrush(inside)
        self.setPen(line_of(edge, 1.4))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Paint with smooth edges."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        super().paint(painter, option, widget)


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
        self._grid, self.curve = QGraphicsPathItem(), PlotCurveItem(antialias=True)
        for item in (self._grid, self.curve):
            self.box.addItem(item, ignoreBounds=True)
        self._values, self._steps = AxisItem("left"), AxisItem("bottom")
        layout = self.centralLayout
        layout.setContentsMargins(0, 7, 12, 0)
        layout.setSpacing(0)
        layout.addItem(self._values, 0, 0)
        layout.addItem(self.box, 0, 1)
        if steps_below:
            layout.addItem(self._steps, 1, 1)
        for axis in (self._values, self._steps):
            axis.linkToView(self.box)
            axis.enableAutoSIPrefix(False)
            axis.setPen(QPen(Qt.PenStyle.NoPen))
            axis.setStyle(tickLength=0, tickAlpha=0, hideOverlappingLabels=False)
        self._values.setWidth(44)
        self._steps.setHeight(16)
        self._reach = (0.0, 1.0)
        self._written: tuple[Ticks, Ticks] = ((), ())

    def show_range(self, steps: tuple[float, float], values: tuple[float, float]) -> None:
        """Show these steps and values."""
        self._reach = steps
        self.box.setRange(xRange=steps, yRange=values, padding=0)
        self.box.updateMatrix()  # when painted, it would be painted twice

    def show_ticks(self, values: Ticks, steps: Ticks = ()) -> None:
        """Write these numbers beside and below; the first ones with a line across."""
        lines = QPainterPath()
        for height, _ in values:
            lines.moveTo(self._reach[0], height)
            lines.lineTo(self._reach[1], height)
        self._grid.setPath(lines)
        if (values, steps) != self._written:
            self._written = (values, steps)
            self._values.setTicks([values])
            self._steps.setTicks([steps])

    def set_colours(self, ground: QColor, ink: QColor, grid: QColor) -> None:
        """Paint on this ground and write with this ink."""
        self.setBackgroundBrush(ground)
        for axis in (self._values, self._steps):
            axis.setTextPen(QPen(ink))
        self._grid.setPen(line_of(grid, 1))

    def set_tick_font(self, font: QFont) -> None:
        """Write the numbers in this font."""
        for axis in (self._values, self._steps):
            axis.setStyle(tickFont=font)
