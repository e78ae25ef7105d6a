"""A slice that cannot be read leaves empty views, not the pictures of another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fastmri_file import write_fastmri
from pytestqt.qtbot import QtBot

from ksyn.phantoms import head_kspace
from ksyn_gui.main_window import MainWindow

Wait = Callable[[Callable[[], object]], None]


@pytest.fixture
def half_read(tmp_path: Path) -> Path:
    """Return a scan of two slices, the second of which holds a NaN."""
    kspace = np.stack([head_kspace((48, 40), 2).samples[0].numpy()] * 2)
    kspace[1, 0, 3, 3] = np.nan
    return write_fastmri(tmp_path / "half.h5", kspace)


def shown(window: MainWindow) -> list[bool]:
    pictures = window.pictures
    views = (pictures.image.image, pictures.companion.view.image, pictures.kspace.shown)
    return [view is not None for view in views]


def test_a_scan_that_cannot_be_read_takes_the_pictures_of_the_last_one_away(
    window: MainWindow, half_read: Path, wait: Wait, qtbot: QtBot
) -> None:
    assert shown(window) == [True, True, True]
    with qtbot.waitSignal(window.session.news.error_raised):
        window.open(half_read)  # its middle slice is the second
    wait(lambda: shown(window) == [False, False, False])
    assert window.messages.text.text().startswith("Slice 2 of half.h5: 1 of ")


def test_a_slice_that_can_be_read_shows_again(
    window: MainWindow, half_read: Path, wait: Wait, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.session.news.error_raised):
        window.open(half_read)
    window.session.study.set_slice(0)
    wait(lambda: shown(window) == [True, True, True])
    window.session.study.set_slice(1)
    wait(lambda: shown(window) == [False, False, False])


def test_a_run_of_what_cannot_be_read_says_which_slice(
    window: MainWindow, half_read: Path, wait: Wait, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.session.news.error_raised):
        window.open(half_read)
    with qtbot.waitSignal(window.session.news.error_raised) as told:
        window.session.reconstruction.start()
    assert "Slice 2" in told.args[0].message
