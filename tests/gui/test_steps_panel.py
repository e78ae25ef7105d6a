"""The curves belong to what is on the screen: the run, or a result of an earlier one."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from ksyn_gui.facts import RunState
from ksyn_gui.main_window import MainWindow
from ksyn_gui.scalars import scalar_text

LEFT = Qt.MouseButton.LeftButton


def run(window: MainWindow, wait, iterations: int) -> None:
    """Let CG-SENSE make so many steps, and wait until all are measured."""
    session = window.session
    session.plan.set_method("cg-sense")
    session.plan.set_options({"iterations": iterations})
    session.reconstruction.start()
    wait(lambda: not session.reconstruction.is_settled)
    wait(lambda: session.reconstruction.is_settled)


def click_card(qtbot, window: MainWindow, number: int) -> None:
    cards = window.results_panel.results
    place = cards.visualRect(cards.cards.index_of((True, number))).center()
    qtbot.mouseClick(cards.viewport(), LEFT, pos=place)
    assert window.session.screen.shown.result == number


def click_curve(qtbot, window: MainWindow, step: int) -> None:
    curves = window.steps_panel.curves
    plot = curves.plots[0]
    x = next(x for x in range(plot.width()) if plot.step_at(x) == step)
    qtbot.mouseClick(curves, LEFT, pos=plot.pos() + QPoint(x, plot.height() // 2))


def steps_drawn(window: MainWindow) -> int:
    """Return how many steps the first curve on the screen has; every step has a residual."""
    plots = window.steps_panel.curves.plots
    return len(plots[0].curve[0]) if plots else 0


@pytest.fixture
def two_results(window: MainWindow, wait) -> MainWindow:
    """Return the window with results of 4 and of 9 steps, the second run on the screen."""
    for iterations in (4, 9):
        run(window, wait, iterations)
    return window


def test_a_result_on_the_screen_has_its_own_curves(qtbot, two_results):
    click_card(qtbot, two_results, 1)
    residual = two_results.session.results.get(1).curves["data_residual"]
    drawn = two_results.steps_panel.curves.plots[0]
    assert drawn.name == "data_residual"
    np.testing.assert_array_equal(drawn.curve, residual)
    assert len(residual[0]) == 4


def test_back_at_the_run_its_curves_come_back(qtbot, two_results):
    click_card(qtbot, two_results, 1)
    qtbot.keyClick(two_results, Qt.Key.Key_Period, Qt.KeyboardModifier.ShiftModifier)
    assert two_results.steps_panel.where.text() == "Step 9 / 9"
    assert steps_drawn(two_results) == 9


def test_every_kept_step_of_a_result_is_measured(two_results):
    curves = two_results.session.results.get(2).curves
    for name in ("psnr", "nmse", "ssim"):
        assert set(curves[name][0]) >= set(two_results.session.screen.kept)


def test_a_run_that_goes_on_leaves_the_curves_of_a_result_alone(qtbot, two_results, wait):
    session = two_results.session
    session.plan.set_method("total-variation")
    session.plan.set_options({"iterations": 1000})
    session.reconstruction.start()
    wait(lambda: session.reconstruction.state is RunState.RUNNING)
    click_card(qtbot, two_results, 1)
    newest = max(session.screen.kept)
    wait(lambda: max(session.screen.kept) > newest)
    assert steps_drawn(two_results) == 4
    session.stop()


def test_a_click_on_the_curves_of_the_last_run_s_result_goes_to_that_step(qtbot, two_results):
    click_card(qtbot, two_results, 2)
    click_curve(qtbot, two_results, 4)
    shown = two_results.session.screen.shown
    assert (shown.result, shown.index) == (None, 4)


def test_a_click_on_the_curves_of_an_older_result_stays_and_says_why(qtbot, two_results):
    click_card(qtbot, two_results, 1)
    with qtbot.waitSignal(two_results.session.news.notice) as said:
        click_curve(qtbot, two_results, 2)
    assert "only the numbers" in said.args[0]
    assert two_results.session.screen.shown.result == 1
    assert two_results.steps_panel.curves.current == 2  # its numbers can be read


def test_a_result_has_its_curves_where_no_steps_are_kept_any_more(qtbot, two_results):
    session = two_results.session
    session.screen._forget()  # as another slice does
    assert two_results.steps_panel.where.text() == "No steps yet"
    assert steps_drawn(two_results) == 0
    click_card(qtbot, two_results, 1)
    assert two_results.steps_panel.where.text() == "Result 1"
    assert steps_drawn(two_results) == 4


def test_numbers_that_come_in_while_a_result_is_shown_are_drawn(qtbot, two_results):
    session = two_results.session
    click_card(qtbot, two_results, 1)
    curve = (np.arange(3.0), np.ones(3))
    session.reconstruction.measured.emit(session.results.get(1).run, {"psnr": curve})
    assert steps_drawn(two_results) == 3
    assert len(session.results.get(2).curves["data_residual"][0]) == 9


def test_the_curves_of_several_samples_begin_anew_with_each(qtbot, window, wait):
    window.session.plan.set_samples(3)
    run(window, wait, 4)
    curves = window.steps_panel.curves
    assert curves.sample_starts == (5, 10)  # four steps and the mean after each
    click_card(qtbot, window, 1)
    assert curves.sample_starts == (5, 10)


def test_a_result_on_the_screen_has_all_its_numbers(qtbot, two_results):
    click_card(qtbot, two_results, 1)
    result = two_results.session.results.get(1)
    shown = two_results.docks["run"].widget().numbers.label("data_residual").text()
    assert shown == scalar_text("data_residual", result.engine_result.data_residual)
