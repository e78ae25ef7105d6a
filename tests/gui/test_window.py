"""The whole window, through the mouse and the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
import yaml
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from ksyn.data import Problem, Step
from ksyn.io.writers.writer import window_of
from ksyn.labels import AI_RECONSTRUCTED, NOT_FOR_DIAGNOSIS, RECONSTRUCTED
from ksyn.methods.total_variation import TotalVariation
from ksyn.phantoms import head_kspace
from ksyn_gui.facts import RunState
from ksyn_gui.main_window import MainWindow
from ksyn_gui.views.links import Link
from ksyn_gui.views.orientation import Orientation

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


def drag_over_kspace(qtbot, window, start: tuple[int, int], end: tuple[int, int]) -> None:
    canvas = window.pictures.kspace.canvas
    places = [
        canvas.surface.pixel_of(canvas.place_of(*sample)).toPoint() for sample in (start, end)
    ]
    field = canvas.surface.viewport()
    qtbot.mousePress(field, LEFT, pos=places[0])
    qtbot.mouseMove(field, places[1])
    qtbot.mouseRelease(field, LEFT, pos=places[1])


def started(qtbot, window, wait) -> None:
    click(qtbot, run_panel(window).run)
    wait(lambda: window.session.reconstruction.state is RunState.RUNNING)


def rested(qtbot, window, wait) -> None:
    started(qtbot, window, wait)
    click(qtbot, run_panel(window).pause)
    wait(lambda: window.session.reconstruction.state is RunState.PAUSED)


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


# --- running -----------------------------------------------------------------------------------


def test_control_return_reconstructs(qtbot, window, wait):
    window.session.plan.set_method("cg-sense")
    press(qtbot, window, Qt.Key.Key_Return, CONTROL)
    wait(lambda: window.session.results.all)
    result = window.session.results.all[0]
    assert not result.stopped
    assert result.metrics["psnr"] > 20
    assert window.session.screen.shown.index + 1 == window.session.screen.shown.total


def test_pause_and_resume_by_f6(qtbot, long_run, wait):
    started(qtbot, long_run, wait)
    press(qtbot, long_run, Qt.Key.Key_F6)
    wait(lambda: long_run.session.reconstruction.state is RunState.PAUSED)
    index = long_run.session.screen.shown.index
    qtbot.wait(100)
    assert long_run.session.screen.shown.index == index
    press(qtbot, long_run, Qt.Key.Key_F6)
    wait(lambda: long_run.session.screen.shown.index > index)


def test_a_single_step_is_one_step(qtbot, long_run, wait):
    rested(qtbot, long_run, wait)
    index = long_run.session.screen.shown.index
    click(qtbot, run_panel(long_run).step)
    wait(lambda: long_run.session.screen.shown.index == index + 1)
    qtbot.wait(100)
    assert long_run.session.screen.shown.index == index + 1


def test_each_single_step_shows_its_own_metrics(qtbot, long_run, wait):
    rested(qtbot, long_run, wait)
    seen = set()
    for _ in range(3):
        index = long_run.session.screen.shown.index
        click(qtbot, run_panel(long_run).step)
        wait(lambda index=index: long_run.session.screen.shown.index == index + 1)
        wait(lambda index=index: _measured_at(long_run, index + 1))
        seen.add(long_run.session.screen.shown.scalars["psnr"])
    assert len(seen) == 3


def _measured_at(window, index):
    """Return whether the curve of PSNR has reached a step."""
    curves = window.steps_panel.curves.curves
    return "psnr" in curves and curves["psnr"][0][-1] == index


def test_f7_begins_a_run_with_its_first_step(qtbot, long_run, wait):
    press(qtbot, long_run, Qt.Key.Key_F7)
    wait(lambda: long_run.session.reconstruction.state is RunState.PAUSED)
    assert long_run.session.screen.shown.index == 0


def test_stop_keeps_what_was_reached(qtbot, long_run, wait):
    started(qtbot, long_run, wait)
    click(qtbot, run_panel(long_run).stop)
    wait(lambda: long_run.session.results.all)
    assert long_run.session.results.all[0].stopped
    assert run_panel(long_run).run.isEnabled()


def test_after_a_stop_the_scrubber_ends_at_the_last_step_that_was_made(qtbot, long_run, wait):
    rested(qtbot, long_run, wait)
    click(qtbot, run_panel(long_run).stop)
    wait(lambda: long_run.session.results.all)
    steps, made = long_run.steps_panel, long_run.session.screen.kept[-1] + 1
    assert made < 1000
    assert steps.scrubber.maximum() + 1 == made
    assert steps.where.text() == f"Step {made} / {made}"
    assert run_panel(long_run).left.text() == "Stopped"


def test_live_image_kspace_error_and_numbers_follow_the_steps(qtbot, long_run, wait):
    rested(qtbot, long_run, wait)
    wait(lambda: "psnr" in long_run.session.screen.shown.scalars)  # measured in the pause
    step = long_run.session.screen.shown
    np.testing.assert_array_equal(long_run.pictures.image.image, step.image)
    np.testing.assert_array_equal(long_run.pictures.kspace.shown, step.kspace)
    assert long_run.pictures.error.error().shape == step.image.shape
    assert set(step.scalars) >= {"data_residual", "psnr", "nmse"}
    assert long_run.steps_panel.curves.curves["data_residual"][0][-1] == step.index


def test_scrubbing_shows_an_earlier_step_while_the_run_goes_on(qtbot, long_run, wait):
    started(qtbot, long_run, wait)
    wait(lambda: long_run.session.screen.shown.index > 0)
    wait(long_run.actions_["step_first"].isEnabled)
    press(qtbot, long_run, Qt.Key.Key_Comma, SHIFT)
    assert long_run.session.screen.shown.index == 0
    newest = max(long_run.session.screen.kept)
    wait(lambda: max(long_run.session.screen.kept) > newest)
    assert long_run.session.screen.shown.index == 0
    press(qtbot, long_run, Qt.Key.Key_Period, SHIFT)
    wait(lambda: long_run.session.screen.shown.index > newest)


def test_the_scrubber_is_dragged_with_the_mouse(qtbot, window, wait):
    window.session.plan.set_method("cg-sense")
    press(qtbot, window, Qt.Key.Key_Return, CONTROL)
    wait(lambda: window.session.results.all)
    scrubber = window.steps_panel.scrubber
    middle = QPoint(scrubber.width() // 2, scrubber.height() // 2)
    qtbot.mousePress(scrubber, LEFT, pos=QPoint(scrubber.width() - 8, middle.y()))
    qtbot.mouseMove(scrubber, middle)
    qtbot.mouseRelease(scrubber, LEFT, pos=middle)
    assert 0 < window.session.screen.shown.index < window.session.screen.shown.total - 1
    assert not window.session.screen.shown.live


def test_leaving_while_running_ends_every_thread(qtbot, long_run, wait):
    started(qtbot, long_run, wait)
    long_run.leave()
    assert not long_run.session.reconstruction._runner._thread.isRunning()


# --- errors ------------------------------------------------------------------------------------


def breaking(error: Exception):
    """Return a stream that fails at its second step."""

    def stream(self: TotalVariation, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        image = torch.zeros_like(problem.kspace.samples[:, 0])
        yield Step(image, problem.kspace.samples, 0, 2, {"data_residual": 1.0})
        raise error

    return stream


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), "shapes"),
        (torch.OutOfMemoryError("CUDA out of memory."), "memory"),
    ],
)
def test_an_error_of_the_engine_reaches_the_user_and_the_window_goes_on(
    error, words, qtbot, long_run, wait, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(TotalVariation, "stream", breaking(error))
        press(qtbot, long_run, Qt.Key.Key_Return, CONTROL)
        wait(long_run.messages.isVisible)
    assert words in long_run.messages.text.text()
    assert long_run.session.reconstruction.state is RunState.IDLE
    wait(lambda: len(long_run.session.results.all) == 1)
    long_run.session.plan.set_method("cg-sense")
    click(qtbot, run_panel(long_run).run)
    wait(lambda: len(long_run.session.results.all) == 2)
    assert not long_run.messages.isVisible()


# --- results -----------------------------------------------------------------------------------


@pytest.fixture
def finished(qtbot, window, wait) -> MainWindow:
    """Return the window with one result."""
    window.session.plan.set_method("cg-sense")
    window.session.plan.set_seed(5)
    click(qtbot, run_panel(window).run)
    wait(lambda: window.session.results.all)
    return window


@pytest.mark.parametrize("name", ["image.npy", "image.nii.gz", "image.png"])
def test_control_s_saves_the_image_with_its_recipe(name, qtbot, finished, tmp_path, monkeypatch):
    target = tmp_path / name
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    with qtbot.waitSignal(finished.session.news.saved, timeout=30_000):
        press(qtbot, finished, Qt.Key.Key_S, CONTROL)
    recipe = yaml.safe_load((tmp_path / f"{name}.recipe.yaml").read_text())
    assert target.stat().st_size > 1000
    assert recipe["method"]["name"] == "cg-sense"
    assert recipe["seed"] == 5


def test_what_is_saved_is_what_is_shown(qtbot, finished, tmp_path):
    with qtbot.waitSignal(finished.session.news.saved, timeout=30_000):
        finished.session.results.save(1, tmp_path / "image.npy")
    saved = np.load(tmp_path / "image.npy").squeeze()
    np.testing.assert_allclose(saved, finished.session.screen.shown.image, rtol=1e-5, atol=1e-6)


def test_a_saved_picture_looks_as_on_the_screen(qtbot, finished, tmp_path, monkeypatch):
    target = tmp_path / "image.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    image = finished.pictures.image
    finished.session.results.show(1)
    press(qtbot, image, Qt.Key.Key_3)
    before = image.black_and_white
    with qtbot.waitSignal(finished.session.news.saved, timeout=30_000):
        press(qtbot, finished, Qt.Key.Key_S, CONTROL)
    low, high = before
    with Image.open(target) as picture:
        assert picture.text["window"] == f"{low:.6g} to {high:.6g}"
    assert (low, high) != window_of(abs(finished.session.screen.shown.image))


def test_the_command_repeats_the_run(qtbot, finished, small_scan):
    press(qtbot, finished, Qt.Key.Key_C, CONTROL | SHIFT)
    words = QGuiApplication.clipboard().text().split()
    assert words[:3] == ["ksyn", "recon", "--recipe"]  # the mask's seed is not the method's
    finished.session.plan.set_seed(0)


def test_a_saved_picture_of_the_window_has_its_size(qtbot, window, tmp_path, monkeypatch):
    target = tmp_path / "window.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    press(qtbot, window, Qt.Key.Key_E, CONTROL)
    assert target.read_bytes().startswith(b"\x89PNG")


def test_a_result_on_the_screen_is_not_called_a_step(qtbot, finished, wait):
    steps = finished.steps_panel
    wait(lambda: finished.session.reconstruction.is_settled)
    finished.session.results.show(1)
    assert steps.where.text() == "Result 1"
    press(qtbot, finished, Qt.Key.Key_Period, SHIFT)
    assert steps.where.text() == "Step 15 / 15"


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
