"""A window with a small scan open."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hands import click, run_panel
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ksyn.assets import models_folder
from ksyn.phantoms import head_kspace
from ksyn_gui.main_window import MainWindow
from ksyn_gui.session import Session
from ksyn_gui.settings import Settings
from ksyn_gui.theme import Theme

PATIENCE = 30_000
"""Time a busy machine gets [ms]."""


@pytest.fixture(autouse=True)
def garbage_waits() -> Iterator[None]:
    """Collect between tests, as the application does between events: see `ksyn_gui.garbage`."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()


@pytest.fixture(scope="session")
def small_scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fully sampled head, 4 coils of 64 × 48, as a file."""
    path = tmp_path_factory.mktemp("scan") / "head.npy"
    np.save(path, head_kspace((64, 48), 4, noise=0.002).samples[0].numpy())
    return path


@pytest.fixture
def h_dslr_lacks_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the weights of one method away; ask for it before the window."""
    folder = tmp_path / "shipped"
    shutil.copytree(models_folder(), folder, ignore=shutil.ignore_patterns("h-dslr-head"))
    monkeypatch.setattr("ksyn.weights.models_folder", lambda: folder)


@pytest.fixture
def empty_window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    """Return the window as it is just after the engine was loaded."""
    session = Session()
    window = MainWindow(session, Theme(qapp, "dark"), Settings())
    qtbot.addWidget(window, before_close_func=MainWindow.leave)
    window.show()
    with qtbot.waitSignal(session.engine_changed, timeout=PATIENCE):
        session.load_engine()
    yield window
    window.leave()


@pytest.fixture
def window(qtbot: QtBot, empty_window: MainWindow, small_scan: Path) -> MainWindow:
    """Return the window with the small scan open and undersampled."""
    with qtbot.waitSignal(empty_window.session.preview.zero_filled_changed, timeout=PATIENCE):
        empty_window.open(small_scan)
    return empty_window


@pytest.fixture
def long_run(window: MainWindow) -> MainWindow:
    """Return the window with a method chosen that takes a thousand steps."""
    window.session.plan.set_method("total-variation")
    window.session.plan.set_options({"iterations": 1000})
    return window


@pytest.fixture
def finished(
    qtbot: QtBot, window: MainWindow, wait: Callable[[Callable[[], object]], None]
) -> MainWindow:
    """Return the window with one result."""
    window.session.plan.set_method("cg-sense")
    window.session.plan.set_seed(5)
    click(qtbot, run_panel(window).run)
    wait(lambda: window.session.results.all)
    return window


@pytest.fixture
def wait(qtbot: QtBot) -> Callable[[Callable[[], object]], None]:
    """Return a function that waits until something is true."""

    def until(condition: Callable[[], object]) -> None:
        qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    return until
