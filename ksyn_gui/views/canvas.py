"""A picture with window and level, zoom, crosshair and read-out, for the mouse and the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakMethod

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ksyn_gui.scalars import with_minus
from ksyn_gui.views import canvas_keys
from ksyn_gui.views.canvas_mouse import CanvasMouse
from ksyn_gui.views.complex_modes import drawable
from ksyn_gui.views.grid import Grid
from ksyn_gui.views.level_choice import LevelChoice
from ksyn_gui.views.levels import Levels, Values
from ksyn_gui.views.luts import SIGNED, Lut, hue_wheel, lut
from ksyn_gui.views.orientation import UPRIGHT, Orientation
from ksyn_gui.views.pointer import ORIGIN, Pointer
from ksyn_gui.views.surface import Port, Surface
from ksyn_gui.views.tools import Tool
from ksyn_gui.views.words import Words


class ArrayCanvas(QWidget):
    """Draws one array; knows its size in the plane, not what it means.

    Values change by `set_values`, colours by levels and colour table; the second never computes
    the first again. The plane is in millimetres for images and in 1/m for k-space, with its origin
    at sample ``n // 2``, so that pictures of different matrices lie over each other.

    Args:
        title: Accessible name, and the first line of the caption.
        strip: What stands at the bottom at all times and cannot be put away.
    """

    look_changed = Signal()
    """Values are drawn in other colours, and have levels of their own."""
    levels_changed = Signal(object)
    """Levels, chosen by the user or by an automatic preset."""
    port_chosen = Signal(object)
    """Port, zoomed or moved to by the user; None for the whole picture."""
    scrolled = Signal(int)
    """Pictures onwards (down) or back (up, negative)."""
    turned = Signal(object)
    """Orientation that the user wants all pictures of the body in."""
    grip_changed = Signal(bool)
    """Whether Space is held down: the left button then moves the picture."""
    maximise_requested = Signal()
    readout_changed = Signal(str)
    tool_changed = Signal(object)
    brushed = Signal(QPointF)
    """The left button went down with the brush; the place."""
    brush_moved = Signal(QPointF)
    brush_lifted = Signal()

    def __init__(self, title: str, *, strip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._describe: WeakMethod[Callable[[int, int], str]] | None = None
        self.tells_levels = True
        """Whether window and level stand in the caption."""
        self.surface = Surface(self)
        self.pointer = Pointer(self.surface)
        self.level_choice = LevelChoice(self)
        self._words = Words(self.surface, strip, self)
        self._caption, self._strip = self._words.caption, self._words.strip
        self._values: Values = np.zeros((1, 1), np.float32)
        self._hue: NDArray[np.uint8] | None = None
        self._empty = True
        self._lut, self._unit, self._inverted = "grey", "", False
        self._grid, self._plane_unit = Grid(), "mm"
        self._tool, self._gripped = Tool.LEVELS, False
        self._text = ""
        self._lay_out()
        self.level_choice.changed.connect(self._paint)
        self.level_choice.changed.connect(self._write_caption)
        self.level_choice.chosen.connect(self.levels_changed)
        self.pointer.moved.connect(self._show_readout)
        self.surface.window_left.connect(lambda: self.press_grip(False))
        CanvasMouse(self)
        self._write_caption()

    # --- what is drawn ------------------------------------------------------------------------

    @property
    def values(self) -> Values:
        """The numbers behind the picture, ``row column``."""
        return self._values

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been drawn."""
        return self._empty

    @property
    def strip(self) -> str:
        """What stands at the bottom."""
        return self._words.strip.text()

    @property
    def readout(self) -> str:
        """What is known of the place under the pointer."""
        return self._words.readout.text()

    @property
    def caption(self) -> str:
        """What stands at the top left."""
        return self._words.caption.text()

    @property
    def captions_shown(self) -> bool:
        """Whether caption and read-out are to be seen."""
        return self._words.shown

    def set_values(
        self,
        values: NDArray[np.floating],
        *,
        hue: NDArray[np.uint8] | None = None,
        level_source: Values | None = None,
    ) -> None:
        """Draw other values.

        Args:
            values: ``row column``; what is not a number is drawn as 0.
            hue: Index into the hue wheel of each pixel; the values are then its brightness.
            level_source: The values that presets look at, where not all of them count.
        """
        self._values, self._hue, self._empty = drawable(values), hue, False
        self.surface.bars_shown = True
        self._spread()
        self.level_choice.follow(self._values if level_source is None else level_source)
        self._write_caption()
        self._paint()
        self._show_readout()

    def clear(self) -> None:
        """Draw nothing."""
        self._values, self._hue, self._empty = np.zeros((1, 1), np.float32), None, True
        self._grid = Grid(1, 1, self._grid.height, self._grid.width)
        self.level_choice.look_at(self._values)
        self.surface.image.clear()
        self.surface.bars_shown = False
        self.surface.viewport().update()
        self.surface.refresh()
        self._show_readout()
        self._write_caption()

    def set_pixel_size(self, height: float, width: float, unit: str = "mm") -> None:
        """Say how large a pixel is in the plane."""
        self._grid, self._plane_unit = Grid(1, 1, height, width), unit
        self.surface.set_ruler(unit if unit == "mm" else "")
        self._spread()

    def set_look(self, lut_name: str, automatic: Callable[[Values], Levels], unit: str) -> None:
        """Choose colour table, automatic levels and unit; drawn with the next values."""
        self._lut, self._unit = lut_name, unit
        self.level_choice.about_zero = lut_name == SIGNED
        self.level_choice.automatise(automatic)
        self.look_changed.emit()

    @property
    def lut_name(self) -> str:
        """Colour table that the values are drawn with."""
        return self._lut

    def set_strip(self, text: str) -> None:
        """Say something else at the bottom; a strip can be replaced, never put away."""
        if text:
            self._words.write_strip(text)

    def set_caption(self, text: str) -> None:
        """Say what the picture is."""
        self._text = text
        self._write_caption()

    def describe_with(self, describe: Callable[[int, int], str]) -> None:
        """Let a method say what is at a row and column; the value by itself if nobody does.

        The canvas does not keep the method's owner alive: a circle of references would be found
        and freed at any time, even while it is painted.
        """
        self._describe = WeakMethod(describe)

    def set_captions_shown(self, shown: bool) -> None:
        """Show or hide caption and read-out; the strip stays."""
        self._words.set_shown(shown)

    # --- levels -------------------------------------------------------------------------------

    @property
    def levels(self) -> Levels:
        """Which values are black and white."""
        return self.level_choice.levels

    def set_levels(self, levels: Levels, preset: int | None = None) -> None:
        """Set levels, and what new values follow, without telling anybody: so links speak."""
        self.level_choice.set(levels, preset)

    def apply_preset(self, key: int) -> None:
        """Set the levels of a number key; they follow the values until they are set by hand."""
        if self._empty:
            self.level_choice.preset = key
        else:
            self.level_choice.apply(key)

    def shift_levels(self, right: float, down: float) -> None:
        """Change window and level by a drag of so many pixels."""
        if not self._empty:
            self.level_choice.drag(right, down)

    def toggle_inverted(self) -> None:
        """Turn the colour table upside down."""
        self._inverted = not self._inverted
        self._paint()

    # --- zoom, tool, crosshair ------------------------------------------------------------------

    @property
    def tool(self) -> Tool:
        """What the left button does."""
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        """Choose what the left button does."""
        if tool != self._tool:
            self._tool = tool
            self._show_cursor()
            self.tool_changed.emit(tool)

    @property
    def tool_now(self) -> Tool:
        """What the left button does just now: while Space is held, it moves the picture."""
        return Tool.PAN if self._gripped else self._tool

    def press_grip(self, held: bool) -> None:
        """Hold the picture to move it, or let it go, as Space does."""
        if held is not self._gripped:
            self.hold(held)
            self.grip_changed.emit(held)

    def hold(self, held: bool) -> None:
        """Let the left button move the picture without telling anybody: so links speak."""
        self._gripped = held
        self._show_cursor()

    def _show_cursor(self) -> None:
        shapes = {Tool.BRUSH: Qt.CursorShape.CrossCursor}
        shape = shapes.get(self._tool, Qt.CursorShape.ArrowCursor)
        self.surface.viewport().setCursor(Qt.CursorShape.OpenHandCursor if self._gripped else shape)

    @property
    def orientation(self) -> Orientation:
        """How the picture is turned on the screen."""
        return self.surface.orientation

    def turn(self, orientation: Orientation) -> None:
        """Turn the picture without telling anybody; read-outs stay those of the data."""
        self.surface.turn(orientation)
        self._write_caption()

    def reset_view(self) -> None:
        """Show the whole picture, upright."""
        self.turn(UPRIGHT)
        self.turned.emit(UPRIGHT)
        self.fit()

    def fit(self) -> None:
        """Show the whole picture."""
        self.surface.set_port(None)
        self.port_chosen.emit(None)

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Enlarge about a place, or about the middle."""
        self.surface.zoom(factor, about)
        self.port_chosen.emit(self.surface.port)

    def pan(self, right: int, down: int) -> None:
        """Move the picture by so many pixels of the screen."""
        self.surface.pan(QPoint(right, down))
        self.port_chosen.emit(self.surface.port)

    def set_port(self, port: Port | None) -> None:
        """Show a part of the plane without telling anybody: this is how links speak."""
        self.surface.set_port(port)

    def step_pointer(self, right: int, down: int) -> None:
        """Move the pointer by pixels of the array, as seen; it stays within the picture."""
        step = self.orientation.back(QPointF(right, down))
        right, down = round(step.x()), round(step.y())
        row, column = self.sample_at(self.pointer.place or ORIGIN)
        self.pointer.point_at(self.place_of(*self._grid.nearest(row + down, column + right)))

    def sample_at(self, place: QPointF) -> tuple[int, int]:
        """Return row and column at a place of the plane, perhaps outside the array."""
        return self._grid.sample_at(place)

    def place_of(self, row: int, column: int) -> QPointF:
        """Return the place of the middle of a pixel."""
        return self._grid.place_of(row, column)

    def contains(self, row: int, column: int) -> bool:
        """Return whether the array has that row and column."""
        return not self._empty and self._grid.contains(row, column)

    # --- painting -----------------------------------------------------------------------------

    def _spread(self) -> None:
        """Place the picture in the plane; another size or spacing shows the whole of it."""
        rows, columns = self._values.shape
        self._grid = Grid(rows, columns, self._grid.height, self._grid.width)
        if self._grid.extent != self.surface.extent:
            self.surface.set_extent(self._grid.extent)
            self.surface.set_port(None)

    def _paint(self) -> None:
        if self._empty:
            return
        image, extent, levels = self.surface.image, self.surface.extent, self.levels
        if self._hue is not None:
            image.show_colours(self._values, self._hue, levels, extent)
            self.surface.show_bar(hue_wheel(), "−π", "π rad")
            return
        image.show_values(self._values, levels, self._table(), extent)
        high = f"{_end(levels.high)} {self._unit}".rstrip()
        self.surface.show_bar(self._table(), _end(levels.low), high)

    def _table(self) -> Lut:
        return lut(self._lut, inverted=self._inverted, gamma=self.levels.gamma)

    def _write_caption(self) -> None:
        lines = [self._text or self.title]
        if not self._empty and self.tells_levels:
            lines.append(with_minus(f"W {self.levels.window:.4g}  L {self.levels.level:.4g}"))
        if self.orientation.words:
            lines.append(self.orientation.words)
        self._words.write_caption(self.title, lines)

    def _show_readout(self) -> None:
        text = ""
        place = self.pointer.place
        if place is not None:
            row, column = self.sample_at(place)
            text = with_minus(self._words_for(row, column)) if self.contains(row, column) else ""
        if self._words.write_readout(text):
            self.readout_changed.emit(text)

    def _words_for(self, row: int, column: int) -> str:
        describe = None if self._describe is None else self._describe()
        if describe is not None:
            return describe(row, column)
        place, unit = self.place_of(row, column), self._plane_unit
        value = f"{self._values[row, column]:.4g} {self._unit}"
        return f"x {place.x():.1f} {unit}  y {place.y():.1f} {unit}  {value}"

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.surface, 1)
        layout.addWidget(self._words.strip)
        self.setFocusProxy(self.surface)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Do what the key stands for, or leave it to the widget around this one."""
        if not canvas_keys.press(self, event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Let the picture go."""
        if not canvas_keys.release(self, event):
            super().keyReleaseEvent(event)


def _end(value: float) -> str:
    """Return a number in three digits; π where it is π."""
    if abs(abs(value) - np.pi) < 1e-6:
        return "π" if value > 0 else "−π"
    return with_minus(f"{value:.3g}")
