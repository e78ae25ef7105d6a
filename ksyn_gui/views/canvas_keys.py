"""The keyboard on a canvas: every way of the mouse has a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from ksyn_gui.views.tools import Tool

if TYPE_CHECKING:
    from ksyn_gui.views.canvas import ArrayCanvas

Key = Qt.Key
Modifier = Qt.KeyboardModifier

KEYS = (
    "Wheel or ↑ ↓: other slice (Shift: ten; Home, End: first, last)\n"
    "Ctrl+wheel or + −: zoom; middle button, Space+drag or Ctrl+arrows: move; =: fit\n"
    "Right button: window ↔ and level ↕ (Alt+arrows; with Shift ×10)\n"
    "0–9: presets; Ctrl+9: keep as my own; I: invert; R: all of it, upright; Ctrl+R: levels too\n"
    "H: crosshair (then arrows move it; Shift+move shows it for once); O: captions\n"
    "W, P, Z, S: left button sets levels, moves, zooms, scrolls; double-click: maximise"
)
"""All of it, for a tooltip: not over the picture, which it would hide."""
TO_THE_END = 1_000_000
"""Pictures that Home and End scroll by; whoever scrolls stops at the first and the last."""
_ARROWS = {Key.Key_Left: (-1, 0), Key.Key_Right: (1, 0), Key.Key_Up: (0, -1), Key.Key_Down: (0, 1)}
_SHIFT_TYPES_THEM = (Key.Key_Plus, Key.Key_Equal)


def press(canvas: ArrayCanvas, event: QKeyEvent) -> bool:
    """Do what the key stands for; return whether it stands for anything."""
    modifiers = event.modifiers() & ~Modifier.KeypadModifier
    key = Key(event.key())
    if key in _ARROWS:
        return _press_arrow(canvas, _ARROWS[key], modifiers)
    if not modifiers & ~Modifier.ShiftModifier:
        return _press_plain(canvas, key, shifted=bool(modifiers))
    if modifiers == Modifier.ControlModifier and key == Key.Key_R:
        canvas.reset_view()
        canvas.apply_preset(0)
        return True
    if modifiers == Modifier.ControlModifier and key == Key.Key_9:
        canvas.level_choice.keep_my_own()
        return True
    return False


def release(canvas: ArrayCanvas, event: QKeyEvent) -> bool:
    """Let go what the key held; return whether it held anything."""
    if event.key() != Key.Key_Space:
        return False
    if not event.isAutoRepeat():
        canvas.press_grip(False)
    return True


def _press_plain(canvas: ArrayCanvas, key: Key, *, shifted: bool) -> bool:
    actions = _plain_keys(canvas)
    if key == Key.Key_Space and not shifted and canvas.tool is not Tool.BRUSH:
        canvas.press_grip(True)  # with the brush in hand, Space paints
        return True
    if not shifted and Key.Key_0 <= key <= Key.Key_9:
        canvas.apply_preset(key - Key.Key_0)
    elif key in actions and (not shifted or key in _SHIFT_TYPES_THEM):
        actions[key]()
    else:
        return False
    return True


def _plain_keys(canvas: ArrayCanvas) -> dict[Key, Callable[[], None]]:
    return {
        Key.Key_Plus: lambda: canvas.zoom(1.25),
        Key.Key_Minus: lambda: canvas.zoom(0.8),
        Key.Key_Equal: canvas.fit,
        Key.Key_R: canvas.reset_view,
        Key.Key_I: canvas.toggle_inverted,
        Key.Key_O: lambda: canvas.set_captions_shown(not canvas.captions_shown),
        Key.Key_H: lambda: canvas.pointer.set_cross_shown(not canvas.pointer.cross_shown),
        Key.Key_W: lambda: canvas.set_tool(Tool.LEVELS),
        Key.Key_P: lambda: canvas.set_tool(Tool.PAN),
        Key.Key_Z: lambda: canvas.set_tool(Tool.ZOOM),
        Key.Key_S: lambda: canvas.set_tool(Tool.SCROLL),
        Key.Key_Home: lambda: canvas.scrolled.emit(-TO_THE_END),
        Key.Key_End: lambda: canvas.scrolled.emit(TO_THE_END),
    }


def _press_arrow(canvas: ArrayCanvas, way: tuple[int, int], modifiers: Modifier) -> bool:
    right, down = way
    many = 10 if modifiers & Modifier.ShiftModifier else 1
    if many > 1 and modifiers & Modifier.ControlModifier:
        return False  # the window's: turns pictures
    if modifiers & Modifier.AltModifier:
        canvas.shift_levels(right * 3 * many, down * 3 * many)
    elif modifiers & Modifier.ControlModifier:
        canvas.pan(-right * 16, -down * 16)
    elif canvas.pointer.cross_shown or canvas.tool is Tool.BRUSH:
        canvas.step_pointer(right * many, down * many)
    elif down:
        canvas.scrolled.emit(down * many)
    return True
