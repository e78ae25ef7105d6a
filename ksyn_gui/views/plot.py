"""One curve with its grid, its numbers and its marks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsPathItem,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from ksyn_gui.views.bars import line_of
from ksyn_gui.views.graph import PlotCurveItem, ViewBox
from ksyn_gui.views.scene_view import SceneView

Ticks = Sequence[tuple[float, str]]
"""Places and what is written there."""
LEFT = 44
"""Room for the numbers beside the curve [pixels]."""
_BELOW = 16
_BESIDE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_UNDER = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter

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


class Plot(SceneView):
    """One curve over a grid of horizontal lines, with numbers at the left and perhaps below.

    It looks on: pointer and keys belong to the widget around it. Numbers and grid are painted
    here: pyqtgraph's axes find their own ticks, and take longer than all the rest.
    """

    def __init__(self, *, steps_below: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)  # the grid follows the numbers
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.box = ViewBox(enableMouse=False, enableMenu=False)
        self.curve = PlotCurveItem(antialias=True)
        self.box.addItem(self.curve, ignoreBounds=True)
        self.centralLayout.setContentsMargins(LEFT, 7, 12, _BELOW if steps_below else 0)
        self.centralLayout.addItem(self.box, 0, 0)
        self._ink, self._grid, self._tick_font = QColor(), QPen(), self.font()
        self._steps_reach = self._values_reach = (0.0, 1.0)
        self._values: Ticks = ()
        self._steps: Ticks = ()
        self.words = ""

    def say(self, words: str) -> None:
        """Write in the middle why there is no curve; nothing where there is one."""
        self.words = words
        self.refresh()

    def show_range(self, steps: tuple[float, float], values: tuple[float, float]) -> None:
        """Show these steps and values."""
        self._steps_reach, self._values_reach = steps, values
        self.box.setRange(xRange=steps, yRange=values, padding=0)
        self.box.updateMatrix()  # when painted, it would be painted twice
        self.refresh()

    def show_ticks(self, values: Ticks, steps: Ticks = ()) -> None:
        """Write these numbers beside and below; the first ones with a line across."""
        self._values, self._steps = values, steps
        self.refresh()

    def set_colours(self, ground: QColor, ink: QColor, grid: QColor) -> None:
        """Paint on this ground and write with this ink."""
        self.setBackgroundBrush(ground)
        self._ink, self._grid = ink, line_of(grid, 1)
        self.refresh()

    def set_tick_font(self, font: QFont) -> None:
        """Write the numbers in this font."""
        self._tick_font = font
        self.refresh()

    # --- painting -----------------------------------------------------------------------------

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:  # noqa: N802
        """Paint the grid."""
        super().drawBackground(painter, rect)
        frame = self.box.geometry()
        painter.setPen(self._grid)
        for value, _ in self._values:
            y = self._y_of(value)
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))

    def drawForeground(self, painter: QPainter, _rect: QRectF | QRect) -> None:  # noqa: N802
        """Write the numbers."""
        painter.setFont(self._tick_font)
        painter.setPen(self._ink)
        for value, text in self._values:
            painter.drawText(QRectF(0, self._y_of(value) - 10, LEFT - 5, 20), _BESIDE, text)
        bottom = self.box.geometry().bottom()
        for step, text in self._steps:
            painter.drawText(QRectF(self._x_of(step) - 40, bottom, 80, _BELOW), _UNDER, text)
        painter.drawText(self.box.geometry(), Qt.AlignmentFlag.AlignCenter, self.words)

    def _x_of(self, step: float) -> float:
        frame, (first, last) = self.box.geometry(), self._steps_reach
        return frame.left() + (step - first) / (last - first) * frame.width()

    def _y_of(self, value: float) -> float:
        frame, (low, high) = self.box.geometry(), self._values_reach
        return frame.bottom() - (value - low) / (high - low) * frame.height()
