"""What is on the screen stays there until something newer is shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ksyn.phantoms import head_kspace
from ksyn_gui.main_window import MainWindow

PATIENCE = 30_000


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """Return a file with 2 frames of 2 coils, the second twice as bright."""
    samples = head_kspace((32, 24), 2, noise=0.002).samples[0].numpy()
    np.save(tmp_path / "series.npy", np.stack([samples, 2 * samples]))
    return tmp_path / "series.npy"


@pytest.fixture
def finished(qtbot, empty_window: MainWindow, series: Path, wait) -> MainWindow:
    """Return the window with the series reconstructed."""
    session = empty_window.session
    with qtbot.waitSignal(session.preview.zero_filled_changed, timeout=PATIENCE):
        empty_window.open(series)
    session.reconstruction.start()
    wait(lambda: session.results.all)
    return empty_window


@pytest.mark.parametrize("as_result", [False, True], ids=["step", "result"])
def test_another_frame_shows_the_same_reconstruction_there(as_result, qtbot, finished):
    session = finished.session
    if as_result:
        session.results.show(1)
    first = np.abs(session.screen.shown.image).max()
    with qtbot.waitSignal(session.preview.zero_filled_changed, timeout=PATIENCE):
        session.study.set_frame(1)
    assert session.screen.shown is not None
    assert np.abs(session.screen.shown.image).max() == pytest.approx(2 * first, rel=0.1)


def test_another_mask_takes_the_reconstruction_off_the_screen(qtbot, finished):
    session = finished.session
    with qtbot.waitSignal(session.preview.zero_filled_changed, timeout=PATIENCE):
        session.sampling.set_mask(np.ones((32, 24), bool))
    assert session.screen.shown is None
    assert session.screen.kept
