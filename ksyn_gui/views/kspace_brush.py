"""The brush that measures samples of k-space, or takes them away: by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal

from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.tools import Tool
from ksyn_gui.views.view_header import after

BIGGEST_BRUSH = 64


class Brush(StrEnum):
    """What a stroke covers."""

    COLUMN = "Lines along ky"
    POINT = "Points"


class KSpaceBrush(QObject):
    """Paints on a canvas: says what was stroked, and changes nothing."""

    stroke_started = Signal()
    stroked = Signal(object, object, bool)
    """First and last sample ``(ky, kx)`` of a part of a stroke, and whether it erases. The first
    part of a stroke begins and ends at the same sample."""
    stroke_finished = Signal()
    painting_changed = Signal(bool)
    """Whether the left button paints."""
    changed = Signal(object, int, bool)
    """Brush, its size in samples, and whether it erases."""

    def __init__(self, canvas: ArrayCanvas, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self.kind, self.size, self.erasing = Brush.COLUMN, 1, False
        self._last: tuple[int, int] | None = None
        canvas.brushed.connect(self._begin)
        canvas.brush_moved.connect(self._go_on)
        canvas.brush_lifted.connect(self._end)
        canvas.pointer.pointed.connect(lambda _: self._show_footprint())
        canvas.tool_changed.connect(self._take_tool)

    @property
    def painting(self) -> bool:
        """Whether the left button paints."""
        return self._canvas.tool is Tool.BRUSH

    def set_painting(self, painting: bool) -> None:
        """Take the brush, or put it away."""
        if painting != self.painting:
            self._canvas.set_tool(Tool.BRUSH if painting else Tool.LEVELS)

    def set(
        self, kind: Brush | None = None, size: int | None = None, erasing: bool | None = None
    ) -> None:
        """Change the brush; what is not given stays."""
        before = (self.kind, self.size, self.erasing)
        self.kind = self.kind if kind is None else kind
        self.size = self.size if size is None else min(max(size, 1), BIGGEST_BRUSH)
        self.erasing = self.erasing if erasing is None else erasing
        if before != (self.kind, self.size, self.erasing):
            self._show_footprint()
            self.changed.emit(self.kind, self.size, self.erasing)

    def covered(self, sample: tuple[int, int]) -> tuple[slice, slice]:
        """Return the rows and columns that the brush covers at a sample."""
        rows, columns = self._canvas.values.shape
        ky, kx = (middle - (self.size - 1) // 2 for middle in sample)
        across = slice(max(kx, 0), min(kx + self.size, columns))
        if self.kind is Brush.COLUMN:
            return slice(0, rows), across
        return slice(max(ky, 0), min(ky + self.size, rows)), across

    def actions(self) -> dict[Qt.Key, Callable[[], None]]:
        """Return what the brush does at which key, while it is held."""
        return {
            Qt.Key.Key_Space: self._dab,
            Qt.Key.Key_X: lambda: self.set(erasing=not self.erasing),
            Qt.Key.Key_BracketLeft: lambda: self.set(size=self.size - 1),
            Qt.Key.Key_BracketRight: lambda: self.set(size=self.size + 1),
            Qt.Key.Key_T: lambda: self.set(after(self.kind)),
        }

    def _take_tool(self, tool: Tool) -> None:
        if tool is Tool.BRUSH and self._canvas.pointer.place is None:
            self._canvas.pointer.point_at(QPointF(0, 0))
        self._show_footprint()
        self.painting_changed.emit(tool is Tool.BRUSH)

    def _begin(self, place: QPointF) -> None:
        self._last = self._canvas.sample_at(place)
        self.stroke_started.emit()
        self.stroked.emit(self._last, self._last, self.erasing)

    def _go_on(self, place: QPointF) -> None:
        here = self._canvas.sample_at(place)
        if self._last is not None and here != self._last:
            last, self._last = self._last, here
            self.stroked.emit(last, here, self.erasing)

    def _end(self) -> None:
        if self._last is not None:
            self._last = None
            self.stroke_finished.emit()

    def _dab(self) -> None:
        """Paint where the pointer is, as a stroke of its own: the keyboard's way."""
        place = self._canvas.pointer.place
        if place is not None and self._canvas.contains(*self._canvas.sample_at(place)):
            self._begin(place)
            self._end()

    def _show_footprint(self) -> None:
        footprint, place = self._canvas.surface.footprint, self._canvas.pointer.place
        footprint.setVisible(self.painting and place is not None)
        self._canvas.surface.refresh()
        if not footprint.isVisible() or place is None:
            return
        rows, columns = self.covered(self._canvas.sample_at(place))
        corners = [
            self._canvas.place_of(row, column)
            for row, column in ((rows.start, columns.start), (rows.stop, columns.stop))
        ]
        half = (self._canvas.place_of(0, 0) - self._canvas.place_of(1, 1)) / 2
        footprint.setRect(QRectF(*corners).translated(half).normalized())
        pen = footprint.pen()
        pen.setStyle(Qt.PenStyle.DotLine if self.erasing else Qt.PenStyle.SolidLine)
        footprint.setPen(pen)
