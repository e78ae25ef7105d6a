"""What a user's hands do in the window: keys, buttons, a run begun and paused."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ksyn_gui.facts import RunState

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(qtbot, window, key, modifiers=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window, key, modifiers)


def click(qtbot, button):
    assert button.isEnabled()
    qtbot.mouseClick(button, LEFT)


def run_panel(window):
    return window.docks["run"].widget()


def started(qtbot, window, wait) -> None:
    click(qtbot, run_panel(window).run)
    wait(lambda: window.session.reconstruction.state is RunState.RUNNING)


def rested(qtbot, window, wait) -> None:
    started(qtbot, window, wait)
    click(qtbot, run_panel(window).pause)
    wait(lambda: window.session.reconstruction.state is RunState.PAUSED)
