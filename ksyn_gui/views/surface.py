"""The dark field with a picture, placed in millimetres, and what lies over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QEvent, QLineF, QPoint, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QGraphicsLineItem, QGraphicsRectItem, QWidget

from ksyn_gui.views.bars import (
    CROSS,
    FIELD,
    INK,
    colour_strip,
    line_of,
    paint_colour_bar,
    paint_scale_bar,
    small,
)
from ksyn_gui.views.field import Field
from ksyn_gui.views.luts import Lut
from ksyn_gui.views.orientation import Orientation
from ksyn_gui.views.picture import Picture
from ksyn_gui.views.scene_view import SceneView

Item = TypeVar("Item", bound=QGraphicsItem)

MOST_ZOOM = 80.0


@dataclass(frozen=True)
class Port:
    """What part of the plane is in sight."""

    x: float
    y: float
    """The middle."""
    span: float
    """What the shorter side of the field covers; the same units."""


_LEAST_FOR_BAR = 160
"""Side of a picture that has room for a bar along it [pixels]."""
_LEAST_FOR_COLOURS = 240
"""Width of a picture that has room for words beside the colour bar [pixels]."""


def has_colour_bar(field: QRectF) -> bool:
    """Return whether a picture of that size has room for the colour bar."""
    return field.height() > _LEAST_FOR_BAR and field.width() > _LEAST_FOR_COLOURS


class Surface(SceneView):
    """Shows one image and what lies over it; a unit of the plane is as long down as across."""

    port_changed = Signal()
    left = Signal()
    """The pointer has gone."""
    window_left = Signal()
    """Another window has the keyboard now: no key will be let go here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._extent = QRectF(-0.5, -0.5, 1, 1)
        self._port: Port | None = None
        self._cross: QPointF | None = None
        self._table: Lut | None = None
        self._bar: tuple[QImage, str, str] | None = None
        self._ruler_unit = ""
        self._drawn: object = None
        self._pixmap = QPixmap()
        self.bars_shown = False
        """Whether there is a picture that the bars could belong to."""
        super().__init__(parent, background=FIELD)
        self.setMinimumSize(96, 96)
        self.field = Field()
        self.setCentralWidget(self.field)
        self.image, self.overlay = self._add(Picture()), self._add(Picture())
        self.footprint = self._add(QGraphicsRectItem())
        self._lines: tuple[QGraphicsLineItem, ...] = ()
        self.footprint.setPen(line_of(INK, 1.5))
        for item in (self.overlay, self.footprint):
            item.setVisible(False)
        self.field.sigResized.connect(self._place)
        self.sceneObj.sigMouseMoved.connect(self._hover)

    # --- placing -----------------------------------------------------------------------------

    @property
    def extent(self) -> QRectF:
        """The picture's rectangle in the plane."""
        return self._extent

    @property
    def port(self) -> Port:
        """What is in sight; the whole picture unless it was zoomed or moved."""
        return self._port or self._whole()

    @property
    def is_fitted(self) -> bool:
        """Whether the whole picture is shown."""
        return self._port is None

    @property
    def orientation(self) -> Orientation:
        """How the plane is turned on the screen."""
        return self.field.orientation

    def turn(self, orientation: Orientation) -> None:
        """Turn the plane; what is in its middle stays there."""
        if orientation != self.orientation:
            self.field.turn(orientation)
            self._place()

    def set_extent(self, extent: QRectF) -> None:
        """Say where in the plane the picture lies."""
        if extent != self._extent:
            self._extent = extent
            self._place()

    def set_port(self, port: Port | None) -> None:
        """Show that part of the plane; None shows the whole picture, whatever the window's size."""
        self._port = None if port is None else Port(port.x, port.y, self._possible(port.span))
        self._place()

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Enlarge so many times about a place, which stays where it is."""
        port = self.port
        about = about or QPointF(port.x, port.y)
        span = self._possible(port.span / factor)
        keep = span / port.span
        x = about.x() + (port.x - about.x()) * keep
        y = about.y() + (port.y - about.y()) * keep
        self.set_port(Port(x, y, span))

    def pan(self, pixels: QPoint) -> None:
        """Move the picture by so many pixels."""
        port, scale = self.port, self.scale_factor()
        step = self.orientation.back(QPointF(pixels)) / scale
        self.set_port(Port(port.x - step.x(), port.y - step.y(), port.span))

    def scale_factor(self) -> float:
        """Return the pixels of the screen per unit of the plane."""
        size = self._size()
        return min(size.width(), size.height()) / self.port.span

    def place_of(self, pixel: QPointF) -> QPointF:
        """Return the place in the plane under a pixel of the viewport."""
        return self.field.mapSceneToView(pixel)

    def pixel_of(self, place: QPointF) -> QPointF:
        """Return the pixel of the viewport over a place in the plane."""
        return self.field.mapViewToScene(place)

    def _possible(self, span: float) -> float:
        whole = self._whole().span
        return min(max(span, whole / MOST_ZOOM), whole * 4)

    def _whole(self) -> Port:
        size, middle = self._size(), self._extent.center()
        whole = self.orientation.size_of(self._extent.size())
        per_unit = min(size.width() / whole.width(), size.height() / whole.height())
        return Port(middle.x(), middle.y(), min(size.width(), size.height()) / per_unit)

    def _size(self) -> QSizeF:
        """Return width and height [pixels]."""
        return self.field.rect().size().expandedTo(QSizeF(1, 1))

    def _place(self) -> None:
        """Let the field show the port, and as much more as its shape allows."""
        size, port, scale = self._size(), self.port, self.scale_factor()
        width, height = size.width() / scale, size.height() / scale
        box = QRectF(port.x - width / 2, port.y - height / 2, width, height)
        self.field.setRange(rect=box, padding=0)
        self.field.updateMatrix()  # when painted, it would be painted twice
        self._draw_cross()
        self.refresh()
        self.port_changed.emit()

    # --- what lies over the picture -----------------------------------------------------------

    def show_cross(self, place: QPointF | None) -> None:
        """Draw the crosshair there, or take it away."""
        self._cross = place
        if place is not None and not self._lines:
            self._lines = self._line(), self._line()
        for line in self._lines:
            line.setVisible(place is not None)
        self._draw_cross()
        self.refresh()

    def _draw_cross(self) -> None:
        """Draw both lines from edge to edge, whichever way the plane is turned."""
        place, size, port = self._cross, self._size(), self.port
        if place is None:
            return
        reach = (size.width() + size.height()) / self.scale_factor()
        across, down = self._lines
        across.setLine(QLineF(port.x - reach, place.y(), port.x + reach, place.y()))
        down.setLine(QLineF(place.x(), port.y - reach, place.x(), port.y + reach))

    def show_bar(self, table: Lut, low: str, high: str) -> None:
        """Draw the colour bar with its two ends."""
        strip = self._bar[0] if self._bar and table is self._table else colour_strip(table)
        self._table, self._bar = table, (strip, low, high)
        self.refresh()

    def set_ruler(self, unit: str) -> None:
        """Draw a scale bar in that unit; empty for none."""
        self._ruler_unit = unit
        self.refresh()

    def drawForeground(self, painter: QPainter, _rect: QRectF | QRect) -> None:  # noqa: N802
        """Paint the colour bar, the scale bar and the focus ring."""
        if self.bars_shown:
            painter.drawPixmap(0, 0, self._bars())
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def _bars(self) -> QPixmap:
        """Return both bars; to write their numbers takes longer than to paint the picture."""
        size, ratio = self.viewport().size(), self.devicePixelRatioF()
        drawn = (size, ratio, self.font(), self._bar, self._ruler_unit, self.scale_factor())
        if drawn != self._drawn:
            self._drawn, self._pixmap = drawn, QPixmap(size * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            with QPainter(self._pixmap) as painter:
                self._paint_bars(painter, QRectF(self.viewport().rect()))
        return self._pixmap

    def _paint_bars(self, painter: QPainter, field: QRectF) -> None:
        painter.setFont(small(self.font()))
        if self._bar is not None and has_colour_bar(field):
            paint_colour_bar(painter, field, *self._bar)
        if self._ruler_unit and field.width() > _LEAST_FOR_BAR:
            paint_scale_bar(painter, field, self.scale_factor(), self._ruler_unit)

    def _line(self) -> QGraphicsLineItem:
        line = self._add(QGraphicsLineItem())
        line.setPen(line_of(CROSS, 1))
        line.setOpacity(0.85)
        return line

    def _add(self, item: Item) -> Item:
        item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.field.addItem(item, ignoreBounds=True)
        return item

    # --- events -------------------------------------------------------------------------------

    def _hover(self, pixel: QPointF) -> None:
        """Say where the pointer is; during a drag the field says so itself."""
        if self.scene().mouseGrabberItem() is None:
            self.field.hovered.emit(self.place_of(pixel), Qt.MouseButton.NoButton)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Say that the pointer has gone."""
        super().leaveEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave keys to the widget around this one."""
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave keys to the widget around this one."""
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Draw the focus ring."""
        super().focusInEvent(event)
        self.refresh()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Take the focus ring away."""
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self.window_left.emit()
        self.refresh()
