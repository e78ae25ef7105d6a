"""The whole window, through the mouse and the keyboard: scans, pictures, masks, its frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hands import CONTROL, LEFT, SHIFT, click, press, rested, run_panel
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog

from ksyn.labels import AI_RECONSTRUCTED, NOT_FOR_DIAGNOSIS, RECONSTRUCTED
from ksyn.phantoms import head_kspace
from ksyn_gui.views.links import Link
from ksyn_gui.views.orientation import Orientation


def drag_over_kspace(qtbot, window, start: tuple[int, int], end: tuple[int, int]) -> None:
    canvas = window.pictures.kspace.canvas
    places = [
        canvas.surface.pixel_of(canvas.place_of(*sample)).toPoint() for sample in (start, end)
    ]
    field = canvas.surface.viewport()
    qtbot.mousePress(field, LEFT, pos=places[0])
    qtbot.mouseMove(field, places[1])
    qtbot.mouseRelease(field, LEFT, pos=places[1])


# --- opening -----------------------------------------------------------------------------------


def test_control_o_opens_a_scan(qtbot, empty_window, small_scan, monkeypatch, wait):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(small_scan), ""))
    press(qtbot, empty_window, Qt.Key.Key_O, CONTROL)
    wait(lambda: empty_window.session.sampling.mask is not None)
    assert "head.npy" in empty_window.windowTitle()
    assert empty_window.settings.recent == [small_scan]


def test_what_is_no_scan_is_refused_with_a_reason(qtbot, empty_window, tmp_path, wait):
    bad = tmp_path / "notes.txt"
    bad.write_text("no scan")
    empty_window.open(bad)
    wait(empty_window.messages.isVisible)
    assert "notes.txt" in empty_window.messages.text.text()
    press(qtbot, empty_window, Qt.Key.Key_Escape)
    assert not empty_window.messages.isVisible()


def test_a_scan_is_shown_zero_filled_before_any_run(window):
    assert window.pictures.image.image is not None
    assert window.pictures.error.error() is not None


def strips(window) -> list[str]:
    """Return what stands under the views that show reconstructions: k-space, image, error."""
    pictures = window.pictures
    return [view.canvas.strip for view in (pictures.kspace, pictures.image, pictures.error)]


def test_a_zero_filled_image_is_called_reconstructed_wherever_it_stands(window):
    companion = window.pictures.companion
    assert companion.view.canvas.strip == NOT_FOR_DIAGNOSIS
    companion.choice.setCurrentText("Zero-filled")
    assert companion.view.canvas.strip == RECONSTRUCTED
    companion.choice.setCurrentText("Reference")
    assert companion.view.canvas.strip == NOT_FOR_DIAGNOSIS


def test_the_strip_stands_under_every_reconstructed_view_and_stays(qtbot, window):
    views = (window.pictures.image, window.pictures.error)
    assert strips(window) == [NOT_FOR_DIAGNOSIS, RECONSTRUCTED, RECONSTRUCTED]
    press(qtbot, views[0].canvas.surface, Qt.Key.Key_O)
    assert all(view.canvas._strip.isVisible() for view in views)


def test_only_what_a_network_had_a_part_in_is_called_ai(qtbot, long_run, wait):
    rested(qtbot, long_run, wait)
    assert strips(long_run) == [RECONSTRUCTED] * 3
    step = replace(long_run.session.screen.shown, learned=True)
    long_run.session.screen.step_shown.emit(step)
    assert strips(long_run) == [AI_RECONSTRUCTED] * 3
    long_run.session.screen.clear()
    assert strips(long_run) == [NOT_FOR_DIAGNOSIS, RECONSTRUCTED, RECONSTRUCTED]


# --- mask --------------------------------------------------------------------------------------


def test_a_painted_line_is_measured_and_one_undo_takes_it_back(qtbot, window, wait):
    before = window.session.sampling.mask.samples
    column = int(np.flatnonzero(~before[0].any(axis=0))[2])
    window.docks["mask"].raise_()
    click(qtbot, window.mask_panel.by_hand.paint)
    drag_over_kspace(qtbot, window, (10, column), (50, column))
    assert window.session.sampling.mask.samples[0, :, column].all()
    press(qtbot, window, Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(window.session.sampling.mask.samples, before)
    press(qtbot, window, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert window.session.sampling.mask.samples[0, :, column].all()


def test_painting_changes_the_preview(qtbot, window, wait):
    before = window.pictures.image.image.copy()
    click(qtbot, window.mask_panel.by_hand.paint)
    drag_over_kspace(qtbot, window, (32, 5), (32, 20))
    wait(lambda: not np.array_equal(window.pictures.image.image, before))


# --- the frame of the window -------------------------------------------------------------------


def test_control_m_gives_one_view_all_the_room(qtbot, window):
    press(qtbot, window, Qt.Key.Key_M, CONTROL)
    shown = [view for view in window.pictures.views if view.isVisible()]
    assert len(shown) == 1
    press(qtbot, window, Qt.Key.Key_M, CONTROL)
    assert all(view.isVisible() for view in window.pictures.views)


def test_a_double_click_maximises_and_leaves_the_levels_alone(qtbot, window):
    canvas = window.pictures.image.canvas
    levels = canvas.levels
    qtbot.mouseDClick(canvas.surface.viewport(), LEFT)
    assert window.pictures.maximised is window.pictures.image
    assert canvas.levels == levels


@pytest.mark.parametrize(
    ("action", "link"),
    [
        ("link_zoom", Link.ZOOM),
        ("link_crosshair", Link.CROSSHAIR),
        ("link_levels", Link.LEVELS),
        ("link_slice", Link.SCROLL),
    ],
)
def test_every_link_can_be_switched(action, link, window):
    window.actions_[action].trigger()
    assert not window.pictures.links.is_on(link)
    window.actions_[action].trigger()
    assert window.pictures.links.is_on(link)


def test_the_layout_comes_back_and_can_be_reset(qtbot, window):
    window.docks["study"].hide()
    state = window.saveState(1)
    window.actions_["reset_layout"].trigger()
    assert window.docks["study"].isVisible()
    assert state != window.saveState(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_changes_at_once_and_is_remembered(theme, window):
    window.actions_[theme].trigger()
    lightness = window.palette().window().color().lightness()
    assert (lightness > 128) == (theme == "light")
    assert window.settings.theme == theme


def test_a_file_dropped_on_the_window_is_opened(empty_window, small_scan, wait):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(small_scan))])
    nothing = Qt.KeyboardModifier.NoModifier
    empty_window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, LEFT, nothing))
    wait(lambda: empty_window.session.study.scan is not None)


def test_a_crash_anywhere_becomes_a_message(empty_window):
    empty_window.show_crash("ValueError: no", "report")
    assert empty_window.messages.isVisible()
    assert empty_window.messages.report.isVisible()


def test_another_scan_shows_no_run_of_the_last_one(qtbot, finished, small_scan):
    assert run_panel(finished).where.text().startswith("Step")
    with qtbot.waitSignal(finished.session.study.kspace_changed, timeout=30_000):
        finished.session.study.open(small_scan)
    assert run_panel(finished).where.text() == "No run yet"
    assert run_panel(finished).bar.value() == 0
    assert finished.steps_panel.scrubber.value() == finished.steps_panel.scrubber.maximum() == 0


# --- tiny scans --------------------------------------------------------------------------------


@pytest.mark.parametrize("matrix", [(4, 4), (6, 9)], ids=["4x4", "6x9"])
def test_a_tiny_scan_is_reconstructed_and_its_missing_metric_explained(
    matrix, qtbot, empty_window, tmp_path, wait
):
    np.save(tmp_path / "tiny.npy", head_kspace(matrix, 4, noise=0.002).samples[0].numpy())
    session = empty_window.session
    with qtbot.waitSignal(session.preview.zero_filled_changed, timeout=30_000):
        empty_window.open(tmp_path / "tiny.npy")
    click(qtbot, run_panel(empty_window).run)
    wait(lambda: session.results.all)
    assert empty_window.messages.isHidden()
    assert np.abs(session.results.all[0].image).max() > 0
    numbers = run_panel(empty_window).numbers
    assert numbers.label("ssim").text() == "–"
    assert "7 × 7" in numbers.label("ssim").toolTip()
    assert numbers.label("psnr").toolTip() == ""


def test_pictures_are_turned_and_mirrored_by_key_and_r_sets_them_upright(qtbot, window):
    image, kspace = window.pictures.image.canvas, window.pictures.kspace.canvas
    image.setFocus()
    both = CONTROL | Qt.KeyboardModifier.ShiftModifier
    press(qtbot, window, Qt.Key.Key_Right, both)
    assert image.orientation.quarters == 1
    press(qtbot, window, Qt.Key.Key_H, both)
    press(qtbot, window, Qt.Key.Key_V, both)
    assert image.orientation == Orientation(3)
    assert window.pictures.error.canvas.orientation == image.orientation
    assert kspace.orientation == Orientation()
    press(qtbot, window, Qt.Key.Key_R)
    assert image.orientation == Orientation()


ALT = Qt.KeyboardModifier.AltModifier


def test_alt_and_arrows_set_window_and_level_of_the_picture_with_the_focus(qtbot, window):
    canvas = window.pictures.image.canvas
    canvas.setFocus()
    before = canvas.levels
    press(qtbot, canvas.surface, Qt.Key.Key_Right, ALT)
    assert canvas.levels.window > before.window
    press(qtbot, canvas.surface, Qt.Key.Key_Down, ALT)
    assert canvas.levels.level != before.level


def test_frames_follow_by_key(qtbot, empty_window, tmp_path):
    session = empty_window.session
    samples = head_kspace((32, 24), 2, noise=0.002).samples[0].numpy()
    np.save(tmp_path / "series.npy", np.stack([samples] * 3))
    with qtbot.waitSignal(session.preview.zero_filled_changed, timeout=30_000):
        empty_window.open(tmp_path / "series.npy")
    press(qtbot, empty_window, Qt.Key.Key_PageDown, CONTROL)
    press(qtbot, empty_window, Qt.Key.Key_PageDown, CONTROL)
    assert session.study.frame == 2
    press(qtbot, empty_window, Qt.Key.Key_PageUp, CONTROL)
    assert session.study.frame == 1
