"""The plane a picture lies in: says what the mouse does there, and leaves the doing to others."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsSceneMouseEvent, QGraphicsSceneWheelEvent

from ksyn_gui.views.graph import ViewBox
from ksyn_gui.views.orientation import UPRIGHT, Orientation

BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton)


class Field(ViewBox):
    """A view box with rows downwards and square units, without pyqtgraph's own mouse and menus."""

    hovered = Signal(QPointF, Qt.MouseButton)
    """The pointer's place in the plane, and the buttons held there."""
    pressed = Signal(QPointF, Qt.MouseButton)
    dragged = Signal(QPointF, QPoint, Qt.MouseButton)
    """Place in the plane, pixels since the last one, button."""
    released = Signal(Qt.MouseButton)
    wheeled = Signal(int, QPointF, Qt.KeyboardModifier)
    """Notches away from the user, place in the plane."""
    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(lockAspect=True, enableMouse=False, invertY=True, enableMenu=False)
        self.disableAutoRange()
        self._last = QPointF()
        self._notches = 0
        self._orientation = UPRIGHT
        self.sigTransformChanged.connect(lambda field: field.apply(field.orientation.transform))

    @property
    def orientation(self) -> Orientation:
        """How the plane is turned on the screen."""
        return self._orientation

    def turn(self, orientation: Orientation) -> None:
        """Turn the plane about the middle of what is in sight."""
        back, _ = self._orientation.transform.inverted()
        self._orientation = orientation
        self.apply(back * orientation.transform)

    def apply(self, turn: QTransform) -> None:
        """Turn everything in the plane once more; pyqtgraph itself knows no turned planes."""
        middle = self.rect().center()
        there = QTransform.fromTranslate(-middle.x(), -middle.y())
        back = QTransform.fromTranslate(middle.x(), middle.y())
        self.childGroup.setTransform(self.childGroup.transform() * there * turn * back)

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:  # noqa: N802
        """Say where a button went down."""
        self._last = event.scenePos()
        self.pressed.emit(self.mapSceneToView(event.scenePos()), event.button())
        event.accept()

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:  # noqa: N802
        """Say how far the held buttons moved the pointer."""
        place = self.mapSceneToView(event.scenePos())
        moved, self._last = (event.scenePos() - self._last).toPoint(), event.scenePos()
        for button in BUTTONS:
            if event.buttons() & button:
                self.dragged.emit(place, moved, button)
        self.hovered.emit(self.mapSceneToView(event.scenePos()), event.buttons())
        event.accept()

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:  # noqa: N802
        """Say that a button came up."""
        self.released.emit(event.button())
        event.accept()

    def mouseDoubleClickEvent(self, event: QGraphicsSceneMouseEvent) -> None:  # noqa: N802
        """Say so, for the left button; the others are pressed twice."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()
            event.accept()
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:  # noqa: N802
        """Say how many notches; a touch pad's small ones are added up."""
        event.accept()
        if event.orientation() != Qt.Orientation.Vertical:
            return
        self._notches += event.delta()
        steps = int(self._notches / 120)
        self._notches -= steps * 120
        if steps:
            self.wheeled.emit(steps, self.mapSceneToView(event.scenePos()), event.modifiers())
