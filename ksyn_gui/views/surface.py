"""The dark field a picture is painted on: places it in millimetres and turns events into facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsItem,
    QGraphicsLineItem,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsView,
    QWidget,
)

from ksyn_gui.views.luts import Lut
from ksyn_gui.views.picture import Picture, packed

Item = TypeVar("Item", bound=QGraphicsItem)

FIELD = QColor(15, 16, 18)
"""Behind every picture, in the dark and in the light theme: eyes adapt to the picture."""
INK = QColor(232, 234, 237)
CROSS = QColor(255, 176, 64)
MOST_ZOOM = 80.0


@dataclass(frozen=True)
class Port:
    """What part of the plane is in sight."""

    x: float
    y: float
    """The middle."""
    span: float
    """What the shorter side of the field covers; the same units."""


class Surface(QGraphicsView):
    """Paints one image and what lies over it; a unit of the plane is as long down as across."""

    hovered = Signal(QPointF)
    """The pointer's place in the plane."""
    left = Signal()
    pressed = Signal(QPointF, Qt.MouseButton, Qt.KeyboardModifier)
    dragged = Signal(QPointF, QPoint, Qt.MouseButton)
    """Place in the plane, pixels since the last one, button."""
    released = Signal(Qt.MouseButton)
    wheeled = Signal(int, QPointF, Qt.KeyboardModifier)
    """Notches away from the user, place in the plane."""
    double_clicked = Signal()
    focused = Signal(bool)
    port_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        scene = QGraphicsScene(self)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setScene(scene)
        self.setBackgroundBrush(FIELD)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(96, 96)
        self._plane = QGraphicsRectItem()
        self._plane.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, True)
        scene.addItem(self._plane)
        self.image = self._add(Picture())
        self.overlay = self._add(Picture())
        self.footprint = self._add(QGraphicsRectItem())
        self._across = self._add(QGraphicsLineItem())
        self._down = self._add(QGraphicsLineItem())
        self._style_lines()
        self._extent = QRectF(-0.5, -0.5, 1, 1)
        self._port: Port | None = None
        self._strip_height = 0
        self._last = QPoint()
        self._notches = 0
        self._bar: tuple[Lut, str, str] | None = None
        self._ruler_unit = ""

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

    def set_extent(self, extent: QRectF) -> None:
        """Say where in the plane the picture lies."""
        if extent != self._extent:
            self._extent = extent
            self._place()

    def set_port(self, port: Port | None) -> None:
        """Show that part of the plane; None shows the whole picture, whatever the window's size."""
        if port is not None:
            whole = self._whole()
            span = min(max(port.span, whole.span / MOST_ZOOM), whole.span * 4)
            port = Port(port.x, port.y, span)
        self._port = port
        self._place()

    def set_strip_height(self, pixels: int) -> None:
        """Keep so many pixels at the bottom free of the picture."""
        if pixels != self._strip_height:
            self._strip_height = pixels
            self._place()

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Enlarge so many times about a place, which stays where it is."""
        port = self.port
        about = about or QPointF(port.x, port.y)
        whole = self._whole().span
        span = min(max(port.span / factor, whole / MOST_ZOOM), whole * 4)
        keep = span / port.span
        x = about.x() + (port.x - about.x()) * keep
        y = about.y() + (port.y - about.y()) * keep
        self.set_port(Port(x, y, span))

    def pan(self, pixels: QPoint) -> None:
        """Move the picture by so many pixels."""
        port, scale = self.port, self.scale_factor()
        self.set_port(Port(port.x - pixels.x() / scale, port.y - pixels.y() / scale, port.span))

    def scale_factor(self) -> float:
        """Return the pixels of the screen per unit of the plane."""
        field = self._field()
        return min(field.width(), field.height()) / self.port.span

    def place_of(self, pixel: QPointF) -> QPointF:
        """Return the place in the plane under a pixel of the viewport."""
        inverse, _ = self._plane.transform().inverted()
        return inverse.map(pixel)

    def pixel_of(self, place: QPointF) -> QPointF:
        """Return the pixel of the viewport over a place in the plane."""
        return self._plane.transform().map(place)

    def _whole(self) -> Port:
        field = self._field()
        shorter = min(field.width(), field.height())
        per_unit = min(field.width() / self._extent.width(), field.height() / self._extent.height())
        middle = self._extent.center()
        return Port(middle.x(), middle.y(), shorter / per_unit)

    def _field(self) -> QSize:
        """Return the pixels above the strip."""
        size = self.viewport().size()
        return QSize(max(size.width(), 1), max(size.height() - self._strip_height, 1))

    def _place(self) -> None:
        field, port, scale = self._field(), self.port, self.scale_factor()
        self.scene().setSceneRect(QRectF(self.viewport().rect()))
        shift_x = field.width() / 2 - port.x * scale
        shift_y = field.height() / 2 - port.y * scale
        self._plane.setTransform(QTransform(scale, 0, 0, scale, shift_x, shift_y))
        self.port_changed.emit()

    # --- what lies over the picture -----------------------------------------------------------

    def show_cross(self, place: QPointF | None) -> None:
        """Draw the crosshair there, or take it away."""
        for line in (self._across, self._down):
            line.setVisible(place is not None)
        if place is None:
            return
        box = self._extent
        self._across.setLine(box.left(), place.y(), box.right(), place.y())
        self._down.setLine(place.x(), box.top(), place.x(), box.bottom())

    def show_bar(self, lut: Lut, low: str, high: str) -> None:
        """Draw the colour bar with its two ends."""
        self._bar = (lut, low, high)
        self.viewport().update()

    def set_ruler(self, unit: str) -> None:
        """Draw a scale bar in that unit; empty for none."""
        self._ruler_unit = unit

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels, or show each as a rectangle."""
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, _rect: QRectF | QRect) -> None:  # noqa: N802
        """Paint the colour bar, the scale bar and the focus ring."""
        painter.save()
        painter.setFont(_small(self.font()))
        if self._bar is not None and self.height() > 160:
            _paint_bar(painter, self._bar_box(), *self._bar)
        if self._ruler_unit and self.width() > 160:
            self._paint_ruler(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
        painter.restore()

    def _bar_box(self) -> QRectF:
        field = self._field()
        return QRectF(field.width() - 16, field.height() * 0.24, 7, field.height() * 0.5)

    def _paint_ruler(self, painter: QPainter) -> None:
        wanted = self.viewport().width() / 5 / self.scale_factor()
        length = _round_length(wanted)
        pixels = length * self.scale_factor()
        right, y = self._field().width() - 12.0, self._field().height() - 9.0
        painter.setPen(QPen(INK, 2))
        painter.drawLine(QPointF(right - pixels, y), QPointF(right, y))
        _text(painter, QRectF(right - 120, y - 17, 120, 14), f"{length:g} {self._ruler_unit}")

    def _add(self, item: Item) -> Item:
        item.setParentItem(self._plane)
        return item

    def _style_lines(self) -> None:
        cross = QPen(CROSS, 1)
        cross.setCosmetic(True)
        for line in (self._across, self._down):
            line.setPen(cross)
            line.setOpacity(0.85)
            line.setVisible(False)
        brush = QPen(INK, 1.5)
        brush.setCosmetic(True)
        self.footprint.setPen(brush)
        self.footprint.setVisible(False)
        self.overlay.setVisible(False)

    # --- events -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep what is in sight in sight."""
        super().resizeEvent(event)
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Say where a button went down."""
        self._last = event.position().toPoint()
        self.pressed.emit(self.place_of(event.position()), event.button(), event.modifiers())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Say where the pointer is, and how far a held button moved it."""
        place, here = self.place_of(event.position()), event.position().toPoint()
        moved, self._last = here - self._last, here
        for button in _held(event.buttons()):
            self.dragged.emit(place, moved, button)
        self.hovered.emit(self.place_of(event.position()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Say that a button came up."""
        self.released.emit(event.button())
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Say so, for the left button; the others are pressed twice."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()
            event.accept()
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Say how many notches; a touch pad's small ones are added up."""
        self._notches += event.angleDelta().y()
        steps = int(self._notches / 120)
        self._notches -= steps * 120
        if steps:
            self.wheeled.emit(steps, self.place_of(event.position()), event.modifiers())
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        """Take the place of entry as the last one."""
        self._last = event.position().toPoint()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Say that the pointer has gone."""
        self.left.emit()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave keys to the widget around this one."""
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Draw the focus ring."""
        super().focusInEvent(event)
        self.focused.emit(True)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Take the focus ring away."""
        super().focusOutEvent(event)
        self.focused.emit(False)
        self.viewport().update()


def _held(buttons: Qt.MouseButton) -> list[Qt.MouseButton]:
    known = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton)
    return [button for button in known if buttons & button]


def _small(font: QFont) -> QFont:
    smaller = QFont(font)
    smaller.setPointSizeF(max(font.pointSizeF() * 0.85, 7.0))
    return smaller


def _round_length(wanted: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at most the wanted length."""
    power = 1.0
    while power > wanted:
        power /= 10
    while power * 10 <= wanted:
        power *= 10
    return max(step * power for step in (1, 2, 5) if step * power <= wanted or step == 1)


def _paint_bar(painter: QPainter, box: QRectF, lut: Lut, low: str, high: str) -> None:
    places = np.linspace(255, 0, max(round(box.height()), 1)).astype(int)
    column = np.repeat(packed(lut[places])[:, None], round(box.width()), axis=1)
    rows, columns = column.shape
    kind = QImage.Format.Format_RGB32
    picture = QImage(column.data, columns, rows, 4 * columns, kind)
    painter.drawImage(box.toRect().topLeft(), picture)
    painter.setPen(QPen(QColor(120, 124, 130), 1))
    painter.drawRect(box)
    label = QRectF(box.right() - 90, 0, 90, 13)
    label.moveBottom(box.top() - 3)
    _text(painter, label, high)
    label.moveTop(box.bottom() + 3)
    _text(painter, label, low)


def _text(painter: QPainter, box: QRectF, text: str) -> None:
    """Paint light text on a dark ground, readable over any picture."""
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    ground = painter.boundingRect(box, flags, text).adjusted(-3, 0, 3, 0)
    painter.fillRect(ground, QColor(10, 11, 13, 165))
    painter.setPen(INK)
    painter.drawText(box, flags, text)
