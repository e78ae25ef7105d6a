"""Runs and their results in the whole window, through the mouse and the keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
import yaml
from hands import CONTROL, LEFT, SHIFT, click, press, rested, run_panel, started
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from ksyn.data import Problem, Step
from ksyn.io.writers.writer import window_of
from ksyn.methods.total_variation import TotalVariation
from ksyn_gui.facts import RunState

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
