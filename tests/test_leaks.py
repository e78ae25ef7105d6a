"""The safety net holds: what a test leaves behind is found, named and ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import leaks
import pytest
from leaks import Watch
from PySide6.QtCore import QSettings, QThread, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaks, "GRACE", 0.2)


@pytest.fixture
def kept() -> Iterator[list[Any]]:
    """A place that keeps Python from collecting what a leak needs to be one."""
    things: list[Any] = []
    yield things
    things.clear()


def test_a_thread_left_running_is_named_with_the_place_it_was_started_at() -> None:
    stop = threading.Event()
    with Watch() as watch:
        threading.Thread(target=stop.wait, name="sleeper").start()
    stop.set()
    assert len(watch.leaks) == 1
    assert "'sleeper', started at" in watch.leaks[0]
    assert "test_leaks.py" in watch.leaks[0]


def test_a_thread_that_ends_in_time_is_no_leak() -> None:
    with Watch() as watch:
        threading.Thread(target=threading.Event().wait, args=(0.05,)).start()
    assert watch.leaks == []


class _Busy(QThread):
    def run(self) -> None:
        while not self.isInterruptionRequested():
            self.msleep(5)


def test_a_running_qthread_is_found_and_ended(qapp: QApplication, kept: list[Any]) -> None:
    thread = _Busy()
    kept.append(thread)
    with Watch() as watch:
        thread.start()
    assert watch.leaks[0].startswith("a running _Busy, started at")
    assert thread.isFinished()


def test_a_ticking_timer_is_found_and_stopped(qapp: QApplication, kept: list[Any]) -> None:
    timer = QTimer()
    kept.append(timer)
    with Watch() as watch:
        timer.start(1000)
    assert watch.leaks[0].startswith("a ticking QTimer, started at")
    assert not timer.isActive()


def test_the_timer_of_a_deleted_widget_is_no_leak(qapp: QApplication) -> None:
    with Watch() as watch:
        widget = QWidget()
        QTimer(widget).start(1000)
        widget.deleteLater()
    assert watch.leaks == []


@pytest.mark.parametrize("kind", [QMainWindow, QWidget])
def test_an_open_window_is_found(qapp: QApplication, kept: list[Any], kind: type[QWidget]) -> None:
    with Watch() as watch:
        kept.append(kind())
        kept[0].show()
    assert watch.leaks == [f"the window '' ({kind.__name__})"]


def test_windows_given_to_qtbot_are_closed_before_the_net_looks(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.show()


def test_starting_is_left_as_it_was_found() -> None:
    before = (QThread.start, QTimer.start, threading.Thread.start)
    with Watch():
        pass
    assert (QThread.start, QTimer.start, threading.Thread.start) == before


def test_no_test_writes_the_settings_of_the_user(qapp: QApplication, isolated_home: Path) -> None:
    settings = QSettings("K-Syn", "isolation")
    settings.setValue("seen", 1)
    settings.sync()
    assert Path(settings.fileName()).is_relative_to(isolated_home)
    assert Path.home() == isolated_home
