"""A result that was removed leaves the screen, and can be brought back."""

from __future__ import annotations

import gc
from weakref import ref

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from ksyn_gui.picture_grid import PREVIEW

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def cards(window):
    return window.results_panel.results


def click_card(qtbot, window, number: int) -> None:
    place = cards(window).visualRect(cards(window).cards.index_of((True, number))).center()
    qtbot.mouseClick(cards(window).viewport(), LEFT, pos=place)


def numbers(window) -> list[int]:
    return [result.number for result in window.session.results.all]


@pytest.fixture
def with_results(window, wait, request):
    """Return the window with so many results, the newest on the screen."""
    window.session.plan.set_method("cg-sense")
    for count in range(request.param):
        window.session.reconstruction.start()
        wait(lambda count=count: len(window.session.results.all) == count + 1)
        wait(lambda: window.session.reconstruction.is_settled)
    return window


def delete(qtbot, window, number: int) -> None:
    click_card(qtbot, window, number)
    qtbot.keyClick(cards(window), Qt.Key.Key_Delete)


@pytest.mark.parametrize("with_results", [1], indirect=True)
def test_without_results_the_preview_is_shown_again(qtbot, with_results):
    delete(qtbot, with_results, 1)
    assert with_results.session.screen.shown is None
    assert with_results.pictures.image.header.title == PREVIEW
    assert with_results.steps_panel.where.text() == "No steps yet"
    assert with_results.steps_panel.curves.plots == []
    assert with_results.docks["run"].widget().where.text() == "No run yet"


@pytest.mark.parametrize("with_results", [1], indirect=True)
def test_the_newest_run_leaves_the_screen_with_its_card(qtbot, with_results):
    assert with_results.session.screen.shown.result is None  # its last step
    qtbot.mouseClick(with_results.results_panel.remove, LEFT)
    assert with_results.session.screen.shown is None


@pytest.mark.parametrize("with_results", [3], indirect=True)
@pytest.mark.parametrize(("gone", "heir"), [(3, 2), (2, 1), (1, 2)])
def test_the_next_card_takes_the_place(gone, heir, qtbot, with_results):
    delete(qtbot, with_results, gone)
    assert cards(with_results).picks == [heir]
    assert with_results.session.screen.shown.result == heir
    assert with_results.results_panel.save.isEnabled()


@pytest.mark.parametrize("with_results", [2], indirect=True)
@pytest.mark.parametrize("way", ["key", "button"])
def test_a_removal_is_taken_back(way, qtbot, with_results):
    image = with_results.session.results.get(1).image
    delete(qtbot, with_results, 1)
    assert "Result 1" in with_results.messages.text.text()
    if way == "key":
        qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL)
    else:
        qtbot.mouseClick(with_results.messages.undo, LEFT)
    assert numbers(with_results) == [1, 2]
    assert with_results.session.screen.shown.result == 1
    np.testing.assert_array_equal(with_results.session.results.get(1).image, image)
    assert with_results.messages.isHidden()
    assert not with_results.actions_["undo"].isEnabled()


@pytest.mark.parametrize("with_results", [1, 2], indirect=True)
def test_the_steps_of_the_newest_run_come_back_with_its_result(qtbot, with_results):
    panel, screen = with_results.steps_panel, with_results.session.screen
    newest, kept = numbers(with_results)[-1], screen.kept
    delete(qtbot, with_results, newest)
    assert not panel.scrubber.isEnabled()
    qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL)
    assert screen.shown.result == newest
    qtbot.keyClick(with_results, Qt.Key.Key_Comma, SHIFT)
    assert (screen.shown.result, screen.shown.index) == (None, kept[0])
    assert panel.where.text() == f"Step 1 / {kept[-1] + 1}"
    assert len(panel.curves.plots[0].curve[0]) == kept[-1] + 1


@pytest.mark.parametrize("with_results", [1], indirect=True)
def test_the_slider_goes_to_steps_that_came_back(qtbot, with_results):
    slider, screen = with_results.steps_panel.scrubber, with_results.session.screen
    kept = screen.kept
    delete(qtbot, with_results, 1)
    qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL)
    qtbot.mouseClick(slider, LEFT, pos=QPoint(2, slider.height() // 2))
    assert screen.shown.result is None
    assert screen.shown.index in kept[:-1]


@pytest.mark.parametrize("with_results", [1], indirect=True)
def test_steps_do_not_come_back_where_another_run_has_begun(qtbot, with_results, wait):
    session, slider = with_results.session, with_results.steps_panel.scrubber
    delete(qtbot, with_results, 1)
    session.reconstruction.start()
    wait(lambda: numbers(with_results) == [2])
    wait(lambda: session.reconstruction.is_settled)
    qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL)
    assert session.screen.shown.result == 1
    assert "only the numbers" in slider.toolTip()
    qtbot.keyClick(with_results, Qt.Key.Key_Comma, SHIFT)
    assert session.screen.shown.run == session.results.get(2).run
    assert "Drag" in slider.toolTip()


@pytest.mark.parametrize("with_results", [1], indirect=True)
def test_a_slider_that_can_go_nowhere_says_why(qtbot, with_results):
    slider, screen = with_results.steps_panel.scrubber, with_results.session.screen
    screen._forget()  # as another slice does
    click_card(qtbot, with_results, 1)
    assert not slider.isEnabled()
    place = slider.rect().center()
    qtbot.mouseMove(slider, place)
    QApplication.sendEvent(
        slider, QHelpEvent(QEvent.Type.ToolTip, place, slider.mapToGlobal(place))
    )
    assert "only the numbers" in QToolTip.text()
    QToolTip.hideText()


@pytest.mark.parametrize("with_results", [1], indirect=True)
def test_steps_of_a_result_that_cannot_come_back_are_not_kept(qtbot, with_results):
    session = with_results.session
    recorder = ref(session.screen._recorder)
    delete(qtbot, with_results, 1)
    assert recorder() is not None
    session.sampling.set_mask(~session.sampling.mask.samples[0])
    gc.collect()
    assert recorder() is None


@pytest.mark.parametrize("with_results", [2], indirect=True)
def test_removals_are_taken_back_one_after_the_other(qtbot, with_results):
    for number in (2, 1):
        delete(qtbot, with_results, number)
    assert numbers(with_results) == []
    qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL)
    assert numbers(with_results) == [1]
    qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL)
    assert numbers(with_results) == [1, 2]


@pytest.mark.parametrize("with_results", [2], indirect=True)
def test_a_removal_that_was_taken_back_is_done_again(qtbot, with_results):
    delete(qtbot, with_results, 1)
    for _ in range(2):
        qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL)
        assert numbers(with_results) == [1, 2]
        qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL | SHIFT)
        assert numbers(with_results) == [2]
    assert with_results.session.screen.shown.result == 2
    assert "Result 1" in with_results.messages.text.text()
    assert not with_results.actions_["redo"].isEnabled()


@pytest.mark.parametrize("with_results", [3], indirect=True)
def test_removals_are_done_again_one_after_the_other(qtbot, with_results):
    for number in (2, 1):
        delete(qtbot, with_results, number)
    for _ in range(2):
        qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL)
    for left in ([1, 3], [3]):
        qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL | SHIFT)
        assert numbers(with_results) == left


@pytest.mark.parametrize("with_results", [2], indirect=True)
def test_another_removal_or_another_mask_leaves_nothing_to_do_again(qtbot, with_results):
    redo, sampling = with_results.actions_["redo"], with_results.session.sampling
    delete(qtbot, with_results, 1)
    qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL)
    assert redo.isEnabled()
    delete(qtbot, with_results, 2)
    assert not redo.isEnabled()
    qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL)
    sampling.set_mask(~sampling.mask.samples[0])
    assert not redo.isEnabled()


@pytest.mark.parametrize("with_results", [1], indirect=True)
def test_after_a_change_of_the_mask_undo_is_the_mask_s(qtbot, with_results, wait):
    delete(qtbot, with_results, 1)
    sampling = with_results.session.sampling
    before = sampling.mask.samples
    sampling.set_mask(~before[0])
    qtbot.keyClick(with_results, Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(sampling.mask.samples, before)
    assert numbers(with_results) == []


@pytest.mark.parametrize("with_results", [1], indirect=True)
def test_a_run_that_goes_on_keeps_the_screen_when_an_older_card_goes(qtbot, with_results, wait):
    session = with_results.session
    session.plan.set_method("total-variation")
    session.plan.set_options({"iterations": 1000})
    session.reconstruction.start()
    wait(lambda: session.screen.shown.title == "Total variation")
    qtbot.mouseClick(with_results.results_panel.remove, LEFT)
    assert numbers(with_results) == []
    assert session.screen.shown.title == "Total variation"
    session.stop()
