"""Keys of the window work wherever the keys are just now."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from ksyn_gui.actions import action_info
from ksyn_gui.facts import RunState

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
STOPS = [(Qt.Key.Key_X, SHIFT), (Qt.Key.Key_Period, CONTROL)]


@pytest.mark.parametrize(("key", "modifiers"), STOPS, ids=["Shift+X", "Ctrl+."])
def test_stop_works_while_a_number_field_has_the_keys(key, modifiers, qtbot, long_run, wait):
    session, seed = long_run.session, long_run.method_panel.seed
    seed.setFocus()
    qtbot.keyClick(seed, Qt.Key.Key_Return, CONTROL)
    wait(lambda: session.reconstruction.state is RunState.RUNNING)
    qtbot.keyClick(seed, key, modifiers)
    wait(lambda: session.results.all)
    assert session.results.all[0].stopped


def test_stop_works_while_a_text_is_typed(qtbot, long_run, wait):
    session = long_run.session
    field = QLineEdit(long_run)
    field.show()
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Return, CONTROL)
    wait(lambda: session.reconstruction.state is RunState.RUNNING)
    qtbot.keyClick(field, Qt.Key.Key_X, SHIFT)
    assert field.text().lower() == "x"
    qtbot.keyClick(field, Qt.Key.Key_Period, CONTROL)
    wait(lambda: session.results.all)
    assert session.results.all[0].stopped


def test_the_button_names_both_keys_of_stop(long_run):
    tip = long_run.docks["run"].widget().stop.toolTip()
    assert "Shift+X" in tip
    assert "Ctrl+." in tip
    assert action_info("stop").keys == ("Shift+X", "Ctrl+.")
