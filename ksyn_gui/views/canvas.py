"""A picture with window and level, zoom, crosshair and read-out, for the mouse and the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from ksyn_gui.views.complex_modes import coloured, drawable
from ksyn_gui.views.levels import PRESETS, Levels, Values, between, preset_levels, span_of
from ksyn_gui.views.luts import hue_wheel, lut
from ksyn_gui.views.picture import grey_pixels, packed
from ksyn_gui.views.surface import Port, Surface

NOT_FOR_DIAGNOSIS = "Not for diagnostic use"
AI_RECONSTRUCTED = "Not for diagnostic use – AI-reconstructed"
TO_THE_END = 1_000_000
"""Pictures that Home and End scroll by; whoever scrolls stops at the first and the last."""

_KEYS = (
    "Wheel or ↑ ↓: other slice (Shift: ten; Home, End: first, last)\n"
    "Ctrl+wheel or + −: zoom; middle button or Ctrl+arrows: move; =: fit\n"
    "Right button: window ↔ and level ↕ (Alt+arrows; with Shift ×10)\n"
    "0–9: presets; Ctrl+9: keep as my own; I: invert; R: whole picture; Ctrl+R: levels too\n"
    "H: crosshair (then arrows move it; Shift+move shows it for once); O: captions\n"
    "W, P, Z, S: left button sets levels, moves, zooms, scrolls; double-click: maximise"
)


class Tool(StrEnum):
    """What the left button does; the other two buttons never change."""

    LEVELS = "Window and level"
    PAN = "Move"
    ZOOM = "Zoom"
    SCROLL = "Scroll"
    BRUSH = "Paint"


class ArrayCanvas(QWidget):
    """Draws one array; knows its size in the plane, not what it means.

    Values change by `set_values`, colours by levels and colour table; the second never computes
    the first again. The plane is in millimetres for images and in 1/m for k-space, with its origin
    at sample ``n // 2``, so that pictures of different matrices lie over each other.

    Args:
        title: Accessible name, and the first line of the caption.
        strip: What stands at the bottom at all times and cannot be put away.
    """

    levels_changed = Signal(object)
    """Levels, chosen by the user or by an automatic preset."""
    pointed = Signal(object)
    """QPointF in the plane, or None when the pointer has left."""
    port_chosen = Signal(object)
    """Port, zoomed or moved to by the user; None for the whole picture."""
    scrolled = Signal(int)
    """Pictures onwards (down) or back (up, negative)."""
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
        self.describe: Callable[[int, int], str] | None = None
        """Text for a row and column; the value by itself when None."""
        self.automatic: Callable[[Values], Levels] = between(0.1, 99.9)
        """Levels of preset 0."""
        self.leads = True
        """Whether new values may choose levels; False when another canvas chooses for both."""
        self.levels_from_file: Levels | None = None
        self.tells_levels = True
        """Whether window and level stand in the caption."""
        self.surface = Surface(self)
        self._caption = _overlay(self.surface, "caption")
        self._readout = _overlay(self.surface, "readout")
        self._strip = _overlay(self.surface, "strip")
        self._readout.setVisible(False)
        self._strip.setText(strip)
        self._strip.setVisible(bool(strip))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.surface)
        self.setFocusProxy(self.surface)
        self._values: Values = np.zeros((1, 1), np.float32)
        self._level_source: Values = self._values
        self._span_of: Values | None = None
        self._span_known = 1.0
        self._hue: NDArray[np.uint8] | None = None
        self._empty = True
        self._lut, self._unit, self._inverted = "grey", "", False
        self._levels = Levels(0.0, 1.0)
        self._preset: int | None = 0
        self._levelled = False
        self._my_own: Levels | None = None
        self._spacing, self._plane_unit = (1.0, 1.0), "mm"
        self._tool = Tool.LEVELS
        self._cross_shown = self._cross_held = False
        self._place: QPointF | None = None
        self._text = ""
        self._captions_shown = True
        self._pressed_at: QPoint | None = None
        self._travel = QPoint()
        self._rolled = 0
        self._recolour = _once(self, 0, self._paint)
        self._tell = _once(self, 250, self._describe_aloud)
        self._connect()
        self.surface.setToolTip(_KEYS)
        self.surface.setToolTipDuration(8000)
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
    def levels(self) -> Levels:
        """Which values are black and white."""
        return self._levels

    @property
    def strip(self) -> str:
        """What stands at the bottom."""
        return self._strip.text()

    @property
    def readout(self) -> str:
        """What is known of the place under the pointer."""
        return self._readout.text()

    @property
    def caption(self) -> str:
        """What stands at the top left."""
        return self._caption.text()

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
        self._values = drawable(values)
        self._hue = hue
        self._level_source = self._values if level_source is None else level_source
        self._empty = False
        self._spread()
        self._relevel()
        self._write_caption()
        self._recolour.start()
        self._show_readout()

    def clear(self) -> None:
        """Draw nothing."""
        self._empty = True
        self._hue = None
        self._values = self._level_source = np.zeros((1, 1), np.float32)
        self.surface.image.clear()
        self._show_readout()
        self._write_caption()

    def set_pixel_size(self, height: float, width: float, unit: str = "mm") -> None:
        """Say how large a pixel is in the plane."""
        self._spacing, self._plane_unit = (height, width), unit
        self.surface.set_ruler(unit if unit == "mm" else "")
        self._spread()

    def set_look(self, lut_name: str, automatic: Callable[[Values], Levels], unit: str) -> None:
        """Choose colour table, automatic levels and unit; drawn with the next values."""
        self._lut, self._unit = lut_name, unit
        self.automatic = automatic
        self._preset, self._levelled = 0, False

    def set_strip(self, text: str) -> None:
        """Say something else at the bottom; a strip can be replaced, never put away."""
        if text:
            self._strip.setText(text)
            self._strip.setVisible(True)
            self._lay_overlays()

    def set_caption(self, text: str) -> None:
        """Say what the picture is."""
        self._text = text
        self._write_caption()

    def set_captions_shown(self, shown: bool) -> None:
        """Show or hide caption and read-out; the strip stays."""
        self._captions_shown = shown
        self._write_caption()
        self._show_readout()

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels, or show each of them."""
        self.surface.set_smooth(smooth)

    # --- levels -------------------------------------------------------------------------------

    @property
    def preset(self) -> int | None:
        """The number key that new values follow; None when levels were set by hand."""
        return self._preset

    def set_levels(self, levels: Levels, preset: int | None = None) -> None:
        """Set levels, and what new values follow, without telling anybody: so links speak."""
        self._preset, self._levelled = preset, True
        if levels != self._levels:
            self._levels = levels
            self._recolour.start()
            self._write_caption()

    def choose_levels(self, levels: Levels) -> None:
        """Set levels as the user does; new values will not change them."""
        self._preset = None
        self._take_levels(levels)

    def apply_preset(self, key: int) -> None:
        """Set the levels of a number key; they follow the values until they are set by hand."""
        self._preset = key
        if not self._empty:
            self._take_levels(self._of_preset(key))

    def keep_my_own(self) -> None:
        """Keep the present levels as preset 9."""
        self._my_own = self._levels

    def toggle_inverted(self) -> None:
        """Turn the colour table upside down."""
        self._inverted = not self._inverted
        self._recolour.start()

    def _of_preset(self, key: int) -> Levels:
        if key == 0:
            return self.automatic(self._level_source)
        return preset_levels(
            key, self._level_source, from_file=self.levels_from_file, my_own=self._my_own
        )

    def _relevel(self) -> None:
        """Let new values choose levels, if they may."""
        if self._preset is None:
            return
        if self.leads:
            self._take_levels(self._of_preset(self._preset))
        elif not self._levelled:
            self.set_levels(self._of_preset(self._preset), self._preset)

    def _take_levels(self, levels: Levels) -> None:
        self.set_levels(levels, self._preset)
        self.levels_changed.emit(levels)

    # --- zoom, tool, crosshair ------------------------------------------------------------------

    @property
    def tool(self) -> Tool:
        """What the left button does."""
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        """Choose what the left button does."""
        if tool != self._tool:
            self._tool = tool
            shape = Qt.CursorShape.CrossCursor if tool is Tool.BRUSH else Qt.CursorShape.ArrowCursor
            self.surface.viewport().setCursor(shape)
            self.tool_changed.emit(tool)

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

    @property
    def crosshair_shown(self) -> bool:
        """Whether the crosshair follows the pointer."""
        return self._cross_shown

    @property
    def draws_cross(self) -> bool:
        """Whether the crosshair is drawn now: switched on, or held with Shift."""
        return self._cross_shown or self._cross_held

    def set_crosshair_shown(self, shown: bool) -> None:
        """Show or hide the crosshair; it begins in the middle of the picture."""
        self._cross_shown = shown
        if shown and self._place is None:
            self.point_at(QPointF(0, 0))
        self._draw_cross()

    def show_pointer(self, place: QPointF | None, *, cross: bool = False) -> None:
        """Show crosshair and read-out for a place without telling anybody."""
        self._place, self._cross_held = place, cross
        self._draw_cross()
        self._show_readout()

    def point_at(self, place: QPointF | None) -> None:
        """Point at a place as the mouse does."""
        self.show_pointer(place, cross=self._cross_held)
        self.pointed.emit(place)

    def step_pointer(self, right: int, down: int) -> None:
        """Move the pointer by whole pixels of the array; it stays within the picture."""
        row, column = self.sample_at(self._place or QPointF(0, 0))
        rows, columns = self._values.shape
        row = min(max(row + down, 0), rows - 1)
        column = min(max(column + right, 0), columns - 1)
        self.point_at(self.place_of(row, column))

    @property
    def place(self) -> QPointF | None:
        """Where the pointer or the crosshair is."""
        return self._place

    def sample_at(self, place: QPointF) -> tuple[int, int]:
        """Return row and column at a place of the plane, perhaps outside the array."""
        rows, columns = self._values.shape
        row = round(place.y() / self._spacing[0]) + rows // 2
        column = round(place.x() / self._spacing[1]) + columns // 2
        return row, column

    def place_of(self, row: int, column: int) -> QPointF:
        """Return the place of the middle of a pixel."""
        rows, columns = self._values.shape
        return QPointF(
            (column - columns // 2) * self._spacing[1], (row - rows // 2) * self._spacing[0]
        )

    def contains(self, row: int, column: int) -> bool:
        """Return whether the array has that row and column."""
        rows, columns = self._values.shape
        return not self._empty and 0 <= row < rows and 0 <= column < columns

    # --- painting -----------------------------------------------------------------------------

    def _spread(self) -> None:
        """Place the picture in the plane; another size or spacing shows the whole of it."""
        (rows, columns), (height, width) = self._values.shape, self._spacing
        extent = QRectF(
            -(columns // 2 + 0.5) * width,
            -(rows // 2 + 0.5) * height,
            columns * width,
            rows * height,
        )
        if extent != self.surface.extent:
            self.surface.set_extent(extent)
            self.surface.set_port(None)

    def _paint(self) -> None:
        if self._empty:
            return
        if self._hue is None:
            pixels = grey_pixels(self._values, self._levels, self._table())
        else:
            pixels = packed(coloured(self._values, self._hue, self._levels))
        self.surface.image.show_pixels(pixels, self.surface.extent)
        self._show_bar()

    def _show_bar(self) -> None:
        if self._hue is not None:
            self.surface.show_bar(hue_wheel(), "−π", "π rad")
            return
        high = f"{_written(self._levels.high)} {self._unit}".rstrip()
        self.surface.show_bar(self._table(), _written(self._levels.low), high)

    def paint_now(self) -> None:
        """Paint what waits for the next turn of the event loop."""
        if self._recolour.isActive():
            self._recolour.stop()
            self._paint()

    def _table(self) -> NDArray[np.uint8]:
        return lut(self._lut, inverted=self._inverted, gamma=self._levels.gamma)

    def _draw_cross(self) -> None:
        self.surface.show_cross(self._place if self.draws_cross else None)

    # --- words --------------------------------------------------------------------------------

    def _write_caption(self) -> None:
        lines = [self._text or self.title]
        if not self._empty and self.tells_levels:
            lines.append(f"W {self._levels.window:.4g}  L {self._levels.level:.4g}")
        self._caption.setText("\n".join(lines))
        self._caption.setVisible(self._captions_shown)
        self._lay_overlays()
        self._tell.start()

    def _show_readout(self) -> None:
        text = ""
        if self._place is not None:
            row, column = self.sample_at(self._place)
            text = self._words_for(row, column) if self.contains(row, column) else ""
        if text != self._readout.text():
            self._readout.setText(text)
            self.readout_changed.emit(text)
            self._tell.start()
        self._readout.setVisible(bool(text) and self._captions_shown)
        self._lay_overlays()

    def _words_for(self, row: int, column: int) -> str:
        if self.describe is not None:
            return self.describe(row, column)
        place = self.place_of(row, column)
        value = float(self._values[row, column])
        unit = self._plane_unit
        return f"x {place.x():.1f} {unit}  y {place.y():.1f} {unit}  {value:.4g} {self._unit}"

    def _describe_aloud(self) -> None:
        """Tell screen readers what the picture is, when it has come to rest."""
        words = [self._caption.text().replace("\n", ", "), self._readout.text(), self.strip]
        self.surface.setAccessibleName(self.title)
        self.surface.setAccessibleDescription(". ".join(word for word in words if word))

    def _lay_overlays(self) -> None:
        field = self.surface.viewport().rect()
        self._caption.adjustSize()
        self._caption.move(6, 5)
        strip_height = 0
        if self._strip.isVisibleTo(self.surface):
            strip_height = self._strip.sizeHint().height()
            self._strip.setGeometry(0, field.height() - strip_height, field.width(), strip_height)
            self._strip.raise_()
        self.surface.set_strip_height(strip_height)
        self._readout.setMaximumWidth(max(field.width() - 12, 40))
        self._readout.adjustSize()
        self._readout.move(6, field.height() - strip_height - self._readout.height() - 3)

    # --- mouse --------------------------------------------------------------------------------

    def _connect(self) -> None:
        surface = self.surface
        surface.port_changed.connect(self._lay_overlays)
        surface.hovered.connect(self._hover)
        surface.left.connect(self._leave)
        surface.pressed.connect(self._press)
        surface.dragged.connect(self._drag)
        surface.released.connect(self._release)
        surface.wheeled.connect(self._wheel)
        surface.double_clicked.connect(self.maximise_requested)

    def _hover(self, place: QPointF) -> None:
        shift = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
        self._cross_held = bool(shift) and self._tool is not Tool.BRUSH
        self.point_at(place)

    def _leave(self) -> None:
        self._cross_held = False
        if not self._cross_shown:
            self.point_at(None)

    def _press(
        self, place: QPointF, button: Qt.MouseButton, _modifiers: Qt.KeyboardModifier
    ) -> None:
        self._travel, self._pressed_at = QPoint(), None
        if button == Qt.MouseButton.LeftButton and self._tool is Tool.BRUSH and not self._empty:
            self.brushed.emit(place)

    def _drag(self, place: QPointF, moved: QPoint, button: Qt.MouseButton) -> None:
        tool = _tool_of(button, self._tool)
        if tool is Tool.BRUSH:
            self.brush_moved.emit(place)
        elif self._has_begun(moved):
            self._drag_with(tool, moved)

    def _has_begun(self, moved: QPoint) -> bool:
        """Return whether this is a drag: a hand that shakes while it clicks is not one."""
        self._travel += moved
        if self._pressed_at is None:
            if self._travel.manhattanLength() < 4:
                return False
            self._pressed_at = QPoint(self._travel)
        return True

    def _drag_with(self, tool: Tool, moved: QPoint) -> None:
        if tool is Tool.LEVELS:
            self.shift_levels(moved.x(), moved.y())
        elif tool is Tool.PAN:
            self.pan(moved.x(), moved.y())
        elif tool is Tool.ZOOM:
            self.zoom(1.01 ** -moved.y())
        elif tool is Tool.SCROLL:
            self._scroll_by_drag(moved.y())

    def _scroll_by_drag(self, pixels: int) -> None:
        self._rolled += pixels
        steps = int(self._rolled / 8)
        self._rolled -= steps * 8
        if steps:
            self.scrolled.emit(steps)

    def shift_levels(self, right: float, down: float) -> None:
        """Change window and level by a drag of so many pixels."""
        if not self._empty:
            self.choose_levels(self._levels.dragged(right, down, self._span()))

    def _span(self) -> float:
        """Return the span of the values, looked up once for each picture."""
        if self._span_of is not self._level_source:
            self._span_of, self._span_known = self._level_source, span_of(self._level_source)
        return self._span_known

    def _release(self, button: Qt.MouseButton) -> None:
        self._pressed_at = None
        if button == Qt.MouseButton.LeftButton and self._tool is Tool.BRUSH:
            self.brush_lifted.emit()

    def _wheel(self, steps: int, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1.25**steps, place)
        else:
            many = 10 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
            self.scrolled.emit(-steps * many)

    # --- keyboard -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Do what the key stands for, or leave it to the widget around this one."""
        if not self._press_key(event):
            super().keyPressEvent(event)

    def _press_key(self, event: QKeyEvent) -> bool:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self._press_arrow(_ARROWS[key], modifiers)
            return True
        control = modifiers == Qt.KeyboardModifier.ControlModifier
        if not modifiers & ~Qt.KeyboardModifier.ShiftModifier:
            return self._press_plain(key, shifted=bool(modifiers))
        if control and key == Qt.Key.Key_R:
            self.fit()
            self.apply_preset(0)
            return True
        if control and key == Qt.Key.Key_9:
            self.keep_my_own()
            return True
        return False

    def _press_plain(self, key: Qt.Key, *, shifted: bool) -> bool:
        actions = self._plain_keys()
        if not shifted and Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            self.apply_preset(key - Qt.Key.Key_0)
        elif key in actions and (not shifted or key in _SHIFT_TYPES_THEM):
            actions[key]()
        else:
            return False
        return True

    def _plain_keys(self) -> dict[Qt.Key, Callable[[], None]]:
        return {
            Qt.Key.Key_Plus: lambda: self.zoom(1.25),
            Qt.Key.Key_Minus: lambda: self.zoom(0.8),
            Qt.Key.Key_Equal: self.fit,
            Qt.Key.Key_R: self.fit,
            Qt.Key.Key_I: self.toggle_inverted,
            Qt.Key.Key_O: lambda: self.set_captions_shown(not self._captions_shown),
            Qt.Key.Key_H: lambda: self.set_crosshair_shown(not self._cross_shown),
            Qt.Key.Key_W: lambda: self.set_tool(Tool.LEVELS),
            Qt.Key.Key_P: lambda: self.set_tool(Tool.PAN),
            Qt.Key.Key_Z: lambda: self.set_tool(Tool.ZOOM),
            Qt.Key.Key_S: lambda: self.set_tool(Tool.SCROLL),
            Qt.Key.Key_Home: lambda: self.scrolled.emit(-TO_THE_END),
            Qt.Key.Key_End: lambda: self.scrolled.emit(TO_THE_END),
        }

    def _press_arrow(self, way: tuple[int, int], modifiers: Qt.KeyboardModifier) -> None:
        right, down = way
        many = 10 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
        if modifiers & Qt.KeyboardModifier.AltModifier:
            self.shift_levels(right * 3 * many, down * 3 * many)
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            self.pan(-right * 16 * many, -down * 16 * many)
        elif self._cross_shown or self._tool is Tool.BRUSH:
            self.step_pointer(right * many, down * many)
        elif down:
            self.scrolled.emit(down * many)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Keep the words in their places when the font changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_readout"):
            self._lay_overlays()


PRESET_TITLES = tuple((preset.key, preset.title) for preset in PRESETS)
"""Number key and name of each preset, for menus."""

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_SHIFT_TYPES_THEM = (Qt.Key.Key_Plus, Qt.Key.Key_Equal)
_DARK = "rgba(10, 11, 13, 165)"
_STYLES = {
    "caption": f"color: #e8eaed; background: {_DARK}; padding: 1px 5px; border-radius: 3px;",
    "readout": f"color: #e8eaed; background: {_DARK}; padding: 1px 5px; border-radius: 3px;",
    "strip": "color: #1a1300; background: rgba(255, 193, 77, 225); padding: 1px 6px;"
    " font-weight: 600;",
}


def _overlay(surface: Surface, kind: str) -> QLabel:
    label = QLabel(surface.viewport())
    label.setObjectName(kind)
    label.setStyleSheet(_STYLES[kind])
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if kind == "strip":
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


def _once(parent: QWidget, milliseconds: int, function: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(function)
    return timer


def _written(value: float) -> str:
    """Return a number in three digits; π where it is π."""
    if abs(abs(value) - np.pi) < 1e-6:
        return "π" if value > 0 else "−π"
    return f"{value:.3g}".replace("-", "−")


def _tool_of(button: Qt.MouseButton, left: Tool) -> Tool:
    if button == Qt.MouseButton.RightButton:
        return Tool.LEVELS
    return Tool.PAN if button == Qt.MouseButton.MiddleButton else left
