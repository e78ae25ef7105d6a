"""Several methods, one after the other, and two of their results beside each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionViewItem

from ksyn import pipeline
from ksyn.errors import ShapeError
from ksyn.labels import AI_RECONSTRUCTED, NOT_FOR_DIAGNOSIS, RECONSTRUCTED
from ksyn.methods.total_variation import TotalVariation
from ksyn_gui.card_list import whole_parts
from ksyn_gui.cards import CARD, Kind
from ksyn_gui.comparison_view import Arrangement
from ksyn_gui.state import results as results_state
from ksyn_gui.views.error_view import ErrorKind
from ksyn_gui.views.levels import Levels

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
QUICK = ("zero-filled", "cg-sense", "grappa")


def tick(qtbot, window, name):
    """Click the box before a method's name."""
    methods = window.method_panel.methods
    index = methods.indexFromItem(methods.item_of(name))
    methods.scrollTo(index)
    option = QStyleOptionViewItem()
    methods.itemDelegate().initStyleOption(option, index)
    option.rect = methods.visualRect(index)
    box = QStyle.SubElement.SE_ItemViewItemCheckIndicator
    place = methods.style().subElementRect(box, option, methods).center()
    qtbot.mouseClick(methods.viewport(), LEFT, pos=place)


def compare(qtbot, window, *names):
    for name in names:
        tick(qtbot, window, name)
    qtbot.mouseClick(window.method_panel.compare, LEFT)


def idle(window):
    return not window.session.queue.progress.busy


def cards(window):
    model = window.results_panel.results.cards
    return [model.index(row).data(CARD) for row in range(model.rowCount())]


def click_card(qtbot, window, number, modifiers=Qt.KeyboardModifier.NoModifier, kind=True):
    view = window.results_panel.results
    index = view.cards.index_of((kind, number))
    view.scrollTo(index)
    place = view.visualRect(index).topLeft() + QPoint(90, 12)
    qtbot.mouseClick(view.viewport(), LEFT, modifiers, place)


@pytest.fixture
def two_results(qtbot, window, wait):
    """Return the window after CG-SENSE has run twice on the same samples."""
    window.session.plan.set_method("cg-sense")
    for count in (1, 2):
        window.session.reconstruction.start()
        wait(lambda count=count: len(window.session.results.all) == count)
    wait(lambda: not window.session.reconstruction.busy)
    return window


@pytest.fixture
def failing(monkeypatch):
    def stream(self, problem, rng):
        raise ShapeError("No centre here.", hint="Add ACS lines.")
        yield

    monkeypatch.setattr(TotalVariation, "stream", stream)


# --- the queue ----------------------------------------------------------------------------------


def test_three_ticked_methods_run_one_after_the_other_and_become_cards(qtbot, window, wait):
    compare(qtbot, window, *QUICK)
    assert [card.kind for card in cards(window)] == [Kind.RUNNING, Kind.WAITING, Kind.WAITING]
    assert window.results_panel.queue.isVisible()
    wait(lambda: idle(window))
    assert [card.heading for card in cards(window)] == [
        "3  GRAPPA",
        "2  CG-SENSE",
        "1  Zero-filled",
    ]
    assert all("dB" in card.scores and card.picture is not None for card in cards(window))
    assert all(" s · R " in card.made_with for card in cards(window))
    assert not window.results_panel.queue.isVisible()


@pytest.mark.parametrize(
    ("room", "words"),
    [(1000, "1.3 s · R 3.1 · Uniform with ACS"), (100, "1.3 s · R 3.1"), (1, "1.3 s")],
)
def test_a_card_shows_whole_words_or_none(qapp, room, words):
    metrics = QFontMetrics(qapp.font())
    assert whole_parts("1.3 s · R 3.1 · Uniform with ACS", metrics, room) == words


def test_space_ticks_and_a_key_compares(qtbot, window, wait):
    methods = window.method_panel.methods
    methods.setFocus()
    methods.setCurrentItem(methods.item_of("zero-filled"))
    qtbot.keyClick(methods, Qt.Key.Key_Space)
    assert window.method_panel.compare.text() == "Compare 1 method"
    qtbot.keyClick(window, Qt.Key.Key_Return, CONTROL | SHIFT)
    wait(lambda: window.session.results.all)


def test_each_method_runs_with_its_own_options(qtbot, window, wait):
    plan = window.session.plan
    plan.set_method("cg-sense")
    plan.set_options({"iterations": 3})
    plan.set_method("zero-filled")
    window.session.compare_methods(["cg-sense"])
    plan.set_method("cg-sense")
    plan.set_options({"iterations": 9})  # too late for what waits or runs
    wait(lambda: idle(window))
    assert window.session.results.all[0].summary["Steps"] == "3"


def test_runs_of_the_same_samples_share_one_problem(window, wait, monkeypatch):
    made, prepare = [], pipeline.prepare_slice
    monkeypatch.setattr(
        pipeline, "prepare_slice", lambda *a: made.append(a) or prepare(*a), raising=True
    )
    window.session.compare_methods(["zero-filled", "cg-sense"])
    wait(lambda: idle(window))
    assert len(made) == 1


@pytest.mark.usefixtures("failing")
def test_one_that_fails_keeps_its_reason_and_leaves_the_others(qtbot, window, wait):
    compare(qtbot, window, "total-variation", "cg-sense")
    wait(lambda: idle(window))
    failed, done = cards(window)[0], cards(window)[1]
    assert (failed.kind, failed.scores) == (Kind.FAILED, "No centre here.")
    assert "Add ACS lines." in failed.description
    assert done.kind is Kind.RESULT
    assert not window.messages.isVisible()


@pytest.mark.usefixtures("failing")
def test_a_failed_card_tells_all_when_it_is_clicked_and_can_be_removed(qtbot, window, wait):
    compare(qtbot, window, "total-variation")
    wait(lambda: idle(window))
    click_card(qtbot, window, 1, kind=False)
    assert "No centre here." in window.messages.text.text()
    qtbot.keyClick(window.results_panel.results, Qt.Key.Key_Delete)
    assert cards(window) == []


@pytest.mark.usefixtures("failing")
def test_a_run_of_ones_own_that_fails_is_told_at_once(qtbot, window, wait):
    window.session.plan.set_method("total-variation")
    qtbot.keyClick(window, Qt.Key.Key_Return, CONTROL)
    wait(window.messages.isVisible)
    assert "No centre here." in window.messages.text.text()


def test_stop_ends_the_run_and_empties_the_queue_without_a_question(qtbot, window, wait):
    window.session.plan.set_method("total-variation")
    window.session.plan.set_options({"iterations": 1000})
    window.session.compare_methods(["total-variation", "cg-sense", "grappa"])
    wait(lambda: window.session.screen.shown and window.session.screen.shown.live)
    qtbot.mouseClick(window.results_panel.queue.stop, LEFT)
    wait(lambda: idle(window))
    assert [(card.kind, "stopped" in card.made_with) for card in cards(window)] == [
        (Kind.RESULT, True)
    ]


def test_a_result_that_is_looked_at_stays_while_the_queue_goes_on(qtbot, two_results, wait):
    window = two_results
    window.session.plan.set_method("total-variation")
    window.session.plan.set_options({"iterations": 60})
    window.session.compare_methods(["total-variation", "zero-filled"])
    wait(lambda: window.session.screen.shown.title == "Total variation")
    click_card(qtbot, window, 1)
    wait(lambda: idle(window))
    assert window.session.screen.shown.title == "CG-SENSE"
    assert window.results_panel.chosen == 1


def test_the_window_is_left_while_the_queue_runs(window, wait):
    window.session.plan.set_method("total-variation")
    window.session.plan.set_options({"iterations": 1000})
    window.session.compare_methods(["total-variation", "cg-sense"])
    wait(lambda: window.session.screen.shown and window.session.screen.shown.live)
    assert not window.close()  # it asks
    window.leave()
    assert not window.session.reconstruction._runner._thread.isRunning()


def test_the_run_under_way_stands_whole_in_the_list(qtbot, window, wait):
    window.resize(1024, 700)
    window.session.plan.set_method("total-variation")
    window.session.plan.set_options({"iterations": 1000})
    window.session.compare_methods(["zero-filled", "cg-sense", "total-variation", "grappa"])
    wait(lambda: len(window.session.results.all) == 2)
    wait(lambda: cards(window)[0].heading == "Total variation")
    qtbot.wait(100)
    view = window.results_panel.results
    place = view.visualRect(view.cards.index(0))
    assert view.viewport().rect().contains(place), (place, view.viewport().rect())
    window.session.stop()


# --- cards --------------------------------------------------------------------------------------


def test_a_card_is_renamed_by_key_and_found_again_in_the_comparison(qtbot, two_results, wait):
    view = two_results.results_panel.results
    click_card(qtbot, two_results, 1)
    qtbot.keyClick(view, Qt.Key.Key_F2)
    field = view.findChild(QLineEdit)
    qtbot.keyClick(field, Qt.Key.Key_A, CONTROL)
    qtbot.keyClicks(field, "before")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    wait(lambda: cards(two_results)[1].heading == "before")
    two_results.session.comparison.compare(1, 2)
    assert "before" in two_results.comparison.a.header.title


def test_delete_takes_the_card_and_the_comparison_away(qtbot, two_results):
    two_results.results_panel.results.pick(1, 2)
    qtbot.keyClick(two_results.results_panel.results, Qt.Key.Key_Delete)
    assert [result.number for result in two_results.session.results.all] == [1]
    assert two_results.session.comparison.pair is None


def test_another_scan_begins_without_cards(two_results, small_scan, wait):
    two_results.session.study.open(small_scan)
    wait(lambda: not two_results.session.results.all)
    assert cards(two_results) == []


def test_a_scan_that_arrives_during_a_run_is_not_taken(qtbot, window, small_scan, wait):
    window.session.plan.set_method("cg-sense")
    window.open(small_scan)
    window.session.reconstruction.start()  # of the scan before, which is still there
    name = window.session.study.scan.title
    wait(lambda: len(window.session.results.all) == 1 and idle(window))
    wait(lambda: window.session.reconstruction.is_settled)
    assert window.session.study.scan.title == name
    assert len(cards(window)) == 1


def test_old_results_go_without_kspace_and_are_saved_all_the_same(
    two_results, tmp_path, monkeypatch, wait, qtbot
):
    monkeypatch.setattr(results_state, "KSPACE_BYTES", 0)
    results = two_results.session.results
    results.add(results.all[-1])
    assert all(result.engine_result.kspace is None for result in results.all)
    with qtbot.waitSignal(two_results.session.news.saved, timeout=30_000):
        results.save(1, tmp_path / "image.h5")
    assert (tmp_path / "image.h5.recipe.yaml").exists()


# --- two beside each other ----------------------------------------------------------------------


def test_the_difference_of_two_runs_of_one_recipe_is_exactly_zero(qtbot, two_results):
    click_card(qtbot, two_results, 1)
    click_card(qtbot, two_results, 2, CONTROL)
    view = two_results.comparison
    assert view.isVisible()
    assert not two_results.pictures.isVisible()
    assert np.count_nonzero(view.difference.error()) == 0
    assert view.a.header.title.startswith("A   1")
    assert view.b.header.title.startswith("B   2")


def test_two_results_share_one_window_and_level(qtbot, two_results):
    two_results.results_panel.results.pick(1, 2)
    view = two_results.comparison
    assert view.a.canvas.levels == view.b.canvas.levels == two_results.pictures.image.canvas.levels
    view.b.canvas.level_choice.choose(Levels(0.1, 0.4))
    assert view.a.canvas.levels == view.reference.canvas.levels == Levels(0.1, 0.4)


def test_results_of_other_masks_are_told_apart_whatever_their_names(qtbot, two_results, wait):
    session = two_results.session
    click_card(qtbot, two_results, 1)
    click_card(qtbot, two_results, 2, CONTROL)
    warning = two_results.comparison.warning
    assert warning.text() == ""
    before = session.sampling.mask
    session.sampling.draw(before.kind, before.options, seed=before.seed + 1)
    wait(lambda: session.sampling.mask is not before)
    session.reconstruction.start()
    wait(lambda: len(session.results.all) == 3 and session.reconstruction.is_settled)
    click_card(qtbot, two_results, 1)
    click_card(qtbot, two_results, 3, CONTROL)
    assert warning.text() == "Different mask"


def test_v_rearranges_shift_v_swaps_and_escape_goes_back(qtbot, two_results):
    two_results.results_panel.results.pick(1, 2)
    view = two_results.comparison
    assert view.arrangement is Arrangement.ALL
    qtbot.keyClick(two_results, Qt.Key.Key_V)
    assert (view.a.isVisible(), view.b.isVisible(), view.difference.isVisible()) == (0, 0, 1)
    qtbot.keyClick(two_results, Qt.Key.Key_V)
    assert (view.a.isVisible(), view.b.isVisible(), view.difference.isVisible()) == (1, 1, 0)
    qtbot.keyClick(two_results, Qt.Key.Key_V, SHIFT)
    assert view.a.header.title.startswith("A   2")
    qtbot.keyClick(two_results, Qt.Key.Key_Escape)
    assert two_results.pictures.isVisible()
    assert two_results.results_panel.results.picks == [2]


def test_the_keyboard_alone_compares_two_cards(qtbot, two_results):
    view = two_results.results_panel.results
    view.pick(2)
    qtbot.keyClick(view, Qt.Key.Key_Down, CONTROL)
    qtbot.keyClick(view, Qt.Key.Key_Space, CONTROL)
    assert view.picks == [2, 1]
    assert two_results.comparison.isVisible()


def test_holding_the_key_shows_b_in_the_place_of_a(qtbot, two_results):
    two_results.results_panel.results.pick(1, 2)
    view = two_results.comparison
    qtbot.keyPress(view.a.canvas, Qt.Key.Key_QuoteLeft)
    assert view.a.header.title.startswith("B   2")
    qtbot.keyRelease(view.a.canvas, Qt.Key.Key_QuoteLeft)
    assert view.a.header.title.startswith("A   1")


def test_flicker_works_while_the_cards_have_the_keys(qtbot, two_results):
    cards, view = two_results.results_panel.results, two_results.comparison
    click_card(qtbot, two_results, 1)
    click_card(qtbot, two_results, 2, CONTROL)
    assert cards.hasFocus()
    qtbot.keyPress(cards, Qt.Key.Key_QuoteLeft)
    assert view.a.header.title.startswith("B   2")
    qtbot.keyRelease(cards, Qt.Key.Key_QuoteLeft)
    assert view.a.header.title.startswith("A   1")


def test_flicker_ends_with_the_comparison(qtbot, two_results):
    action = two_results.actions_["flicker"]
    assert not action.isEnabled()
    click_card(qtbot, two_results, 1)
    click_card(qtbot, two_results, 2, CONTROL)
    action.trigger()
    qtbot.keyClick(two_results, Qt.Key.Key_Escape)
    assert not action.isChecked()
    assert not action.isEnabled()
    click_card(qtbot, two_results, 2, CONTROL)
    assert two_results.comparison.a.header.title.startswith("A   1")


def test_a_double_click_gives_one_view_all_the_room(qtbot, two_results):
    two_results.results_panel.results.pick(1, 2)
    view = two_results.comparison
    qtbot.mouseDClick(view.difference.canvas.surface.viewport(), LEFT)
    assert (view.a.isVisible(), view.difference.isVisible()) == (False, True)
    qtbot.mouseDClick(view.difference.canvas.surface.viewport(), LEFT)
    assert view.a.isVisible()


def test_a_third_card_takes_the_place_of_b(qtbot, two_results, wait):
    two_results.session.reconstruction.start()
    wait(lambda: len(two_results.session.results.all) == 3)
    click_card(qtbot, two_results, 1)
    for number in (2, 3):
        click_card(qtbot, two_results, number, CONTROL)
    assert two_results.results_panel.results.picks == [1, 3]


def test_a_new_run_of_ones_own_takes_the_screen_back(qtbot, two_results, wait):
    two_results.results_panel.results.pick(1, 2)
    qtbot.keyClick(two_results, Qt.Key.Key_Return, CONTROL)
    wait(lambda: two_results.pictures.isVisible())
    wait(lambda: len(two_results.session.results.all) == 3)
    assert two_results.session.screen.shown.live


# --- presets and automatic values ---------------------------------------------------------------


def test_a_preset_sets_its_options_and_is_named_when_they_are_its_own(qtbot, window):
    panel, plan = window.method_panel, window.session.plan
    plan.set_method("ak-diffusion")
    presets = plan.facts_of("ak-diffusion").presets
    assert panel.preset.currentText() == "default"
    panel.preset.textActivated.emit("paper")
    assert dict(plan.options) == dict(presets["paper"])
    assert panel.preset.currentText() == "paper"
    plan.set_options({"steps": 7})
    assert panel.preset.currentText() == "my own"


def test_an_automatic_option_shows_the_value_that_the_scan_gives_it(window, wait):
    window.session.plan.set_method("ak-diffusion")
    wait(lambda: window.session.outlook.forecast.automatic)
    value = window.session.outlook.forecast.automatic["prior_weight"]
    field = window.method_panel._form.field("prior_weight")
    assert field.automatic.text() == f"automatic ({value:.3g})"


def test_every_picture_that_was_reconstructed_carries_the_strip(window, wait):
    window.session.compare_methods(["zero-filled", "cg-sense"])
    wait(lambda: len(window.session.results.all) == 2)
    window.session.comparison.compare(1, 2)
    view = window.comparison
    strips = [part.canvas.strip for part in (view.a, view.b, view.difference)]
    assert strips == [RECONSTRUCTED] * 3
    assert "no network" in view.a.canvas.caption
    assert view.reference.canvas.strip == NOT_FOR_DIAGNOSIS


def test_in_a_comparison_what_a_network_had_a_part_in_is_called_ai(qtbot, two_results):
    one, other = two_results.session.results.all
    view = two_results.middle.comparison
    view.show_pair((one, replace(other, learned=True)))
    assert (view.a.canvas.strip, view.b.canvas.strip) == (RECONSTRUCTED, AI_RECONSTRUCTED)
    assert view.difference.canvas.strip == AI_RECONSTRUCTED
    qtbot.mousePress(view.hold, LEFT)
    assert view.a.canvas.strip == AI_RECONSTRUCTED
    qtbot.mouseRelease(view.hold, LEFT)
    assert view.a.canvas.strip == RECONSTRUCTED


# --- several samples -----------------------------------------------------------------------------


def test_the_deviation_of_several_samples_is_shown_live_and_by_the_card(qtbot, window, wait):
    window.session.plan.set_method("l1-wavelet")
    window.session.plan.set_options({"iterations": 5})
    window.session.plan.set_samples(2)
    window.pictures.error.set_kind(ErrorKind.DEVIATION)
    window.session.reconstruction.start()
    wait(lambda: window.session.results.all)
    live = window.pictures.error.error().copy()
    click_card(qtbot, window, 1)
    deviation = window.session.results.all[0].deviation[0]
    np.testing.assert_array_equal(window.pictures.error.error(), deviation)
    np.testing.assert_allclose(live, deviation, rtol=1e-5)
    assert deviation.max() > 0


def test_without_several_samples_the_deviation_says_what_to_do(window):
    window.pictures.error.set_kind(ErrorKind.DEVIATION)
    assert "Set Samples to 2 or more" in window.pictures.error.canvas.caption
