"""The mouse on a canvas: what pressing, dragging and turning the wheel do."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from ksyn_gui.views.field import BUTTONS
from ksyn_gui.views.tools import Tool, tool_of

if TYPE_CHECKING:
    from ksyn_gui.views.canvas import ArrayCanvas

_SHAKE = 4
"""Pixels that a hand may move while it clicks."""
_PIXELS_A_SLICE = 8


class CanvasMouse(QObject):
    """Turns what happens in the field into what the canvas can do."""

    def __init__(self, canvas: ArrayCanvas) -> None:
        super().__init__(canvas)
        self._travel = QPoint()
        self._dragging = False
        self._rolled = 0
        field = canvas.surface.field
        field.hovered.connect(self._hover)
        canvas.surface.left.connect(self._leave)
        field.pressed.connect(self._press)
        field.dragged.connect(self._drag)
        field.released.connect(self._release)
        field.wheeled.connect(self._wheel)
        field.double_clicked.connect(canvas.maximise_requested)

    @property
    def _canvas(self) -> ArrayCanvas:
        """The parent: to keep it would keep it alive in a circle."""
        return cast("ArrayCanvas", self.parent())

    def _hover(self, place: QPointF, held: Qt.MouseButton) -> None:
        if self._sets_levels_with(held):  # the place looked at stays while its contrast changes
            return
        shift = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
        self._canvas.pointer.hold_cross(bool(shift) and self._canvas.tool is not Tool.BRUSH)
        self._canvas.pointer.point_at(place)

    def _leave(self) -> None:
        self._canvas.pointer.hold_cross(False)
        if not self._canvas.pointer.cross_shown:
            self._canvas.pointer.point_at(None)

    def _press(self, place: QPointF, button: Qt.MouseButton) -> None:
        self._travel, self._dragging = QPoint(), False
        if self._paints_with(button) and not self._canvas.is_empty:
            self._canvas.brushed.emit(place)

    def _drag(self, place: QPointF, moved: QPoint, button: Qt.MouseButton) -> None:
        tool = tool_of(button, self._canvas.tool_now)
        if tool is Tool.BRUSH:
            self._canvas.brush_moved.emit(place)
        elif self._has_begun(moved):
            self._drag_with(tool, moved)

    def _has_begun(self, moved: QPoint) -> bool:
        """Return whether this is a drag: a hand that shakes while it clicks is not one."""
        self._travel += moved
        self._dragging = self._dragging or self._travel.manhattanLength() >= _SHAKE
        return self._dragging

    def _drag_with(self, tool: Tool, moved: QPoint) -> None:
        if tool is Tool.LEVELS:
            self._canvas.shift_levels(moved.x(), moved.y())
        elif tool is Tool.PAN:
            self._canvas.pan(moved.x(), moved.y())
        elif tool is Tool.ZOOM:
            self._canvas.zoom(1.01 ** -moved.y())
        elif tool is Tool.SCROLL:
            self._scroll(moved.y())

    def _scroll(self, pixels: int) -> None:
        self._rolled += pixels
        steps = int(self._rolled / _PIXELS_A_SLICE)
        self._rolled -= steps * _PIXELS_A_SLICE
        if steps:
            self._canvas.scrolled.emit(steps)

    def _release(self, button: Qt.MouseButton) -> None:
        self._dragging = False
        if self._paints_with(button):
            self._canvas.brush_lifted.emit()

    def _wheel(self, steps: int, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self._canvas.zoom(1.25**steps, place)
        else:
            many = 10 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
            self._canvas.scrolled.emit(-steps * many)

    def _sets_levels_with(self, held: Qt.MouseButton) -> bool:
        tools = (tool_of(button, self._canvas.tool_now) for button in BUTTONS if held & button)
        return Tool.LEVELS in tools

    def _paints_with(self, button: Qt.MouseButton) -> bool:
        return button == Qt.MouseButton.LeftButton and self._canvas.tool_now is Tool.BRUSH
