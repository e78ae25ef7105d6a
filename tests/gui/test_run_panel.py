"""The Run panel speaks of what is on the screen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from ksyn_gui.facts import RunState
from ksyn_gui.scalars import scalar_text

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


def panel(window):
    return window.docks["run"].widget()


def click_card(qtbot, window, number: int) -> None:
    cards = window.results_panel.results
    place = cards.visualRect(cards.cards.index_of((True, number))).center()
    qtbot.mouseClick(cards.viewport(), LEFT, pos=place)


def run(window, wait, method: str, iterations: int) -> None:
    """Let a method make so many steps, and wait until all are measured."""
    session = window.session
    session.plan.set_method(method)
    session.plan.set_options({"iterations": iterations})
    session.reconstruction.start()
    wait(lambda: not session.reconstruction.is_settled)
    wait(lambda: session.reconstruction.is_settled)


@pytest.fixture
def with_result(window, wait):
    """Return the window with a result of 4 steps."""
    run(window, wait, "cg-sense", 4)
    return window


@pytest.fixture
def two_results(with_result, wait):
    """Return the window with results of 4 and of 9 steps, the second run on the screen."""
    run(with_result, wait, "cg-sense", 9)
    return with_result


def test_a_result_is_spoken_of_with_its_own_steps(qtbot, two_results):
    assert panel(two_results).where.text() == "Step 9 of 9"
    click_card(qtbot, two_results, 1)
    assert panel(two_results).where.text() == "Result 1, 4 steps"
    assert panel(two_results).bar.value() == panel(two_results).bar.maximum() == 4


def test_a_stopped_run_does_not_speak_for_an_older_result(qtbot, with_result, wait):
    session = with_result.session
    session.plan.set_method("total-variation")
    session.plan.set_options({"iterations": 1000})
    qtbot.mouseClick(panel(with_result).run, LEFT)
    wait(lambda: session.reconstruction.state is RunState.RUNNING)
    qtbot.mouseClick(panel(with_result).stop, LEFT)
    wait(lambda: len(session.results.all) == 2)
    assert panel(with_result).left.text() == "Stopped"
    click_card(qtbot, with_result, 1)
    assert panel(with_result).where.text() == "Result 1, 4 steps"
    assert panel(with_result).left.text() == ""
    click_card(qtbot, with_result, 2)
    assert panel(with_result).left.text() == "Stopped"
    assert panel(with_result).bar.value() < panel(with_result).bar.maximum() == 1000


def test_scrubbing_names_the_step_whose_numbers_are_shown(qtbot, two_results):
    qtbot.keyClick(two_results, Qt.Key.Key_Comma)
    shown = two_results.session.screen.shown
    assert shown.index < 8
    assert panel(two_results).where.text() == f"Step {shown.index + 1} of 9"
    text = panel(two_results).numbers.label("data_residual").text()
    assert text == scalar_text("data_residual", shown.scalars["data_residual"])


def test_a_result_looked_at_during_a_run_is_named_and_the_run_goes_on_in_the_bar(
    qtbot, with_result, wait
):
    session = with_result.session
    session.plan.set_method("total-variation")
    session.plan.set_options({"iterations": 1000})
    qtbot.mouseClick(panel(with_result).run, LEFT)
    wait(lambda: session.reconstruction.state is RunState.RUNNING)
    click_card(qtbot, with_result, 1)
    wait(lambda: panel(with_result).bar.maximum() == 1000)
    assert panel(with_result).where.text() == "Result 1, 4 steps"
    assert panel(with_result).left.text().startswith("Run: ")
    qtbot.keyClick(with_result, Qt.Key.Key_X, SHIFT)


def test_a_run_that_fails_before_its_first_step_is_not_starting_any_more(
    qtbot, empty_window, tmp_path, wait
):
    np.save(tmp_path / "zero.npy", np.zeros((4, 64, 48), np.complex64))
    empty_window.open(tmp_path / "zero.npy")
    wait(lambda: empty_window.session.sampling.mask is not None)
    empty_window.session.plan.set_method("cg-sense")
    qtbot.mouseClick(panel(empty_window).run, LEFT)
    wait(empty_window.messages.isVisible)
    assert panel(empty_window).where.text() == "No run yet"
    assert panel(empty_window).left.text() == "Failed"
