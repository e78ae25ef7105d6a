"""The keys stay where they mean something when what had them is greyed out or put away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton

from ksyn_gui.facts import RunState

LEFT = Qt.MouseButton.LeftButton


def state(window) -> RunState:
    return window.session.reconstruction.state


def floating(window) -> list[str]:
    return [dock.windowTitle() for dock in window.docks if dock.isFloating()]


def test_after_a_click_on_run_the_picture_has_the_keys(qtbot, long_run, wait):
    qtbot.mouseClick(long_run.docks["run"].widget().run, LEFT)
    wait(lambda: state(long_run) is RunState.RUNNING)
    focus = QApplication.focusWidget()
    assert long_run.pictures.isAncestorOf(focus)
    qtbot.keyClick(focus, Qt.Key.Key_Space)
    assert floating(long_run) == []


def test_a_run_that_ends_takes_the_keys_from_no_button_to_another(qtbot, long_run, wait):
    panel = long_run.docks["run"].widget()
    qtbot.mouseClick(panel.run, LEFT)
    wait(lambda: state(long_run) is RunState.RUNNING)
    panel.stop.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(panel.stop, Qt.Key.Key_Space)
    wait(lambda: state(long_run) is RunState.IDLE)
    assert long_run.pictures.isAncestorOf(QApplication.focusWidget())


def test_the_last_card_gone_leaves_the_keys_to_the_picture(qtbot, window, wait):
    window.session.plan.set_method("zero-filled")
    window.session.reconstruction.start()
    wait(lambda: window.session.results.all)
    cards = window.results_panel.results
    cards.setFocus()
    cards.pick(1)
    qtbot.keyClick(cards, Qt.Key.Key_Delete)
    assert cards.isHidden()
    assert window.pictures.isAncestorOf(QApplication.focusWidget())


def test_in_a_panel_that_floats_no_title_button_gets_the_keys(qtbot, long_run, wait):
    dock = long_run.docks["run"]
    dock.setFloating(True)
    qtbot.waitActive(dock)
    qtbot.mouseClick(dock.widget().run, LEFT)
    wait(lambda: state(long_run) is RunState.RUNNING)
    focus = QApplication.focusWidget()
    assert focus is None or not dock.titleBarWidget().isAncestorOf(focus)


def test_the_buttons_of_a_title_are_reached_by_tab(window):
    buttons = window.docks["run"].titleBarWidget().findChildren(QToolButton)
    assert [button.focusPolicy() for button in buttons] == [Qt.FocusPolicy.TabFocus] * 2
