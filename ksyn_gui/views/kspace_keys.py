"""The keyboard on k-space: modes, coils, and the brush while it is in hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from ksyn_gui.views.kspace_view import KSpaceView

Key = Qt.Key

KEYS = (
    "M: next mode; L: logarithm; J, K: coil; B: take the brush or put it away\n"
    "With the brush: arrows move it, Space paints, X erases, [ ] size, T lines or points"
)
"""All of it, for a tooltip."""


def press(view: KSpaceView, event: QKeyEvent) -> bool:
    """Do what the key stands for; return whether it stands for anything."""
    if event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
        return False
    shifted, key = bool(event.modifiers()), Key(event.key())
    if key == Key.Key_M:
        view.next_mode(-1 if shifted else 1)
        return True
    actions = _plain_keys(view) | view.brush_keys()
    if shifted or key not in actions:
        return False
    actions[key]()
    return True


def claims(view: KSpaceView, event: QEvent) -> bool:
    """Return whether the brush wants a key that a menu has a shortcut for."""
    if not isinstance(event, QKeyEvent) or event.modifiers():
        return False
    return Key(event.key()) in view.brush_keys()


def _plain_keys(view: KSpaceView) -> dict[Key, Callable[[], None]]:
    return {
        Key.Key_L: view.toggle_logarithm,
        Key.Key_J: lambda: view.choose_coil(view.coil - 1),
        Key.Key_K: lambda: view.choose_coil(view.coil + 1),
        Key.Key_B: lambda: view.set_painting(not view.painting),
    }
