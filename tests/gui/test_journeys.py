"""The whole path by mouse and keys, on the demo and on real scans: from opening to closing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fastmri_file import write_fastmri
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog

from ksyn.phantoms import head_kspace
from ksyn_gui.dialogs.layout_dialog import LayoutDialog
from ksyn_gui.facts import RunState

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
DEMO = "the demo"
FASTMRI = "a fastMRI file"
REAL = [
    "multicoil/loraks_mprage_4ch_USCnonprofit.mat",
    "multicoil/labmidas_brain_7ch_MIT.npz",
    "vendor_formats/bart_cfl/ksp.cfl",
    "vendor_formats/ismrmrd/nhlbi_skyra_phantom_14ch_grappa3_NOLICENCE.h5",
    "vendor_formats/ismrmrd/sirf_grappa2_4ch_SIMULATED_NOLICENCE.h5",
]
ASKED_ABOUT = (".mat", ".npz")
"""Files that do not say which axis is which."""
OF_IMAGES = (".npz",)
"""Those that hold images of the coils, which the preview shows and the user says."""
_OK = QDialogButtonBox.StandardButton.Ok


@pytest.fixture(
    params=[DEMO, FASTMRI, *(pytest.param(name, marks=pytest.mark.data) for name in REAL)]
)
def opened(request, qtbot, empty_window, wait, monkeypatch):
    """Return the window after a scan was opened in it by keys alone."""
    session = empty_window.session
    if request.param == DEMO:
        qtbot.keyClick(empty_window, Qt.Key.Key_D, CONTROL)
    else:
        path = _path_of(request)
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
        answering = (
            _answer_when_asked(qtbot, path.suffix in OF_IMAGES)
            if path.suffix in ASKED_ABOUT
            else None
        )
        qtbot.keyClick(empty_window, Qt.Key.Key_O, CONTROL)
        wait(lambda: answering is None or not answering.isActive())
    pictures = empty_window.pictures
    wait(lambda: session.sampling.mask is not None and pictures.image.image is not None)
    wait(lambda: not pictures.kspace.canvas.is_empty)  # its coils are combined in a thread
    return empty_window


def _path_of(request) -> Path:
    """Return the real scan, or make a head of two slices as fastMRI stores it."""
    if request.param != FASTMRI:
        return request.getfixturevalue("data_folder") / request.param
    slices = [head_kspace((64, 48), 4, noise=0.002, seed=seed).samples[0] for seed in (0, 1)]
    folder = request.getfixturevalue("tmp_path_factory").mktemp("fastmri")
    return write_fastmri(folder / "head.h5", np.stack([np.asarray(one) for one in slices]))


def _answer_when_asked(qtbot, images: bool) -> QTimer:
    """Say what the array holds, and accept the axes when the dialog shows what they give."""
    timer = QTimer(QApplication.instance(), interval=50)

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, LayoutDialog) and dialog.view.image is not None:
            if images and not dialog.image.isChecked():
                qtbot.mouseClick(dialog.image, LEFT)
                return
            if not dialog.buttons.button(_OK).isEnabled():
                return
            timer.stop()
            ok = dialog.buttons.button(_OK)
            qtbot.mouseClick(ok, LEFT)

    timer.timeout.connect(answer)
    timer.start()
    return timer


def _click(qtbot, button) -> None:
    """Click with the mouse: after a dialog no desktop gives the keys back to the window here."""
    assert button.isEnabled()
    qtbot.mouseClick(button, LEFT)


def _run_panel(window):
    return window.docks["run"].widget()


def _stroke(qtbot, window) -> None:
    """Paint a column that is not measured yet, or erase one where the scanner left some out."""
    mask = window.session.sampling.mask.frame(0)
    erase = not window.session.study.measured.fully_sampled
    kspace = window.pictures.kspace.canvas
    for key in (Qt.Key.Key_B, Qt.Key.Key_X) if erase else (Qt.Key.Key_B,):
        qtbot.keyClick(kspace.surface, key)
    columns = np.flatnonzero(mask.any(axis=0) if erase else ~mask.any(axis=0))
    place = kspace.place_of(mask.shape[0] // 2, int(columns[len(columns) // 3]))
    field, at = kspace.surface.viewport(), kspace.surface.pixel_of(place).toPoint()
    qtbot.mousePress(field, LEFT, pos=at)
    qtbot.mouseRelease(field, LEFT, pos=at)


def _start_long_run(qtbot, window, wait):
    """Begin a run that is not over soon, and return the reconstruction."""
    window.session.plan.set_method("total-variation")
    window.session.plan.set_options({"iterations": 1000})
    _click(qtbot, _run_panel(window).run)
    reconstruction = window.session.reconstruction
    wait(lambda: reconstruction.state is RunState.RUNNING)
    return reconstruction


@pytest.mark.slow
def test_paint_undo_redo(opened, qtbot, wait):
    sampling, before, image = opened.session.sampling, opened.session.sampling.mask, _image(opened)
    _stroke(qtbot, opened)
    wait(lambda: not np.array_equal(_image(opened), image))
    painted = sampling.mask.samples
    assert not np.array_equal(painted, before.samples)
    opened.docks["mask"].raise_()
    _click(qtbot, opened.mask_panel.by_hand.undo)
    np.testing.assert_array_equal(sampling.mask.samples, before.samples)
    _click(qtbot, opened.mask_panel.by_hand.redo)
    np.testing.assert_array_equal(sampling.mask.samples, painted)


def _image(window):
    return window.pictures.image.image.copy()


@pytest.mark.slow
def test_run_scrub_save(opened, qtbot, wait, tmp_path, monkeypatch):
    opened.session.plan.set_method("cg-sense")
    _click(qtbot, _run_panel(opened).run)
    wait(lambda: opened.session.results.all and opened.session.reconstruction.is_settled)
    screen, scrubber = opened.session.screen, opened.steps_panel.scrubber
    qtbot.mousePress(scrubber, LEFT, pos=QPoint(scrubber.width() - 8, scrubber.height() // 2))
    qtbot.mouseMove(scrubber, scrubber.rect().center())
    qtbot.mouseRelease(scrubber, LEFT, pos=scrubber.rect().center())
    assert 0 < screen.shown.index < screen.shown.total - 1
    target = tmp_path / "image.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    with qtbot.waitSignal(opened.session.news.saved, timeout=30_000):
        _click(qtbot, opened.results_panel.save)
    assert {path.name for path in Path(tmp_path).glob("image*")} == {
        "image.png",
        "image.png.recipe.yaml",
    }


@pytest.mark.slow
def test_pause_step_stop(opened, qtbot, wait):
    reconstruction = _start_long_run(qtbot, opened, wait)
    _click(qtbot, _run_panel(opened).pause)
    wait(lambda: reconstruction.state is RunState.PAUSED)
    index = opened.session.screen.shown.index
    _click(qtbot, _run_panel(opened).step)
    wait(lambda: opened.session.screen.shown.index == index + 1)
    _click(qtbot, _run_panel(opened).stop)
    wait(lambda: opened.session.results.all)
    assert opened.session.results.all[0].stopped


@pytest.mark.slow
def test_close_while_running(opened, qtbot, wait):
    _start_long_run(qtbot, opened, wait)
    opened.leave()
    assert opened.isHidden()
    assert not opened.session.reconstruction._runner._thread.isRunning()
