"""What a test may leave behind: nothing that runs, ticks or shows."""

from __future__ import annotations

import gc
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

GRACE = 2.0
"""Time that threads get to end by themselves [s]."""


class Watch:
    """Records what is started within it; `leaks` then says what still runs and where it began."""

    def __init__(self) -> None:
        self.leaks: list[str] = []
        self._started: list[tuple[weakref.ref[Any], str]] = []
        self._undo: list[Callable[[], None]] = []

    def __enter__(self) -> Watch:
        self._threads = set(threading.enumerate())
        self._windows = {id(window) for window in _windows()}
        for owner in (QThread, QTimer, threading.Thread):
            self._record_starts(owner)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        for undo in self._undo:
            undo()
        _finish_deletions()
        if self._anything_left():
            gc.collect()
            _finish_deletions()
        self.leaks = [*self._python_threads(), *self._qt_objects(), *self._open_windows()]

    def _anything_left(self) -> bool:
        return bool(self._alive() or self._new_windows())

    def _record_starts(self, owner: Any) -> None:
        original = owner.start
        started = self._started

        def start(this: Any, *args: Any, **kwargs: Any) -> None:
            started.append((weakref.ref(this), _caller()))
            original(this, *args, **kwargs)

        owner.start = start
        self._undo.append(lambda: setattr(owner, "start", original))

    def _python_threads(self) -> list[str]:
        new = [t for t in threading.enumerate() if t not in self._threads and _ours(t)]
        deadline = time.monotonic() + GRACE
        for thread in new:
            thread.join(max(deadline - time.monotonic(), 0))
        return [f"thread {t.name!r}{self._place(t)}" for t in new if t.is_alive()]

    def _qt_objects(self) -> list[str]:
        found = []
        for thing, place in self._alive():
            if isinstance(thing, QThread) and not thing.wait(int(GRACE * 1000)):
                thing.requestInterruption()
                thing.quit()
                thing.wait(int(GRACE * 1000))
                found.append(f"a running {type(thing).__name__}, started at {place}")
            elif isinstance(thing, QTimer) and thing.isActive():
                thing.stop()
                found.append(f"a ticking {type(thing).__name__}, started at {place}")
        return found

    def _open_windows(self) -> list[str]:
        left = self._new_windows()
        said = [f"the window {w.windowTitle()!r} ({type(w).__name__})" for w in left]
        for window in left:
            window.hide()
            window.deleteLater()
        _finish_deletions()
        return said

    def _new_windows(self) -> list[QWidget]:
        return [w for w in _windows() if id(w) not in self._windows and _in_the_way(w)]

    def _alive(self) -> list[tuple[Any, str]]:
        pairs = [(reference(), place) for reference, place in self._started]
        return [
            (t, p) for t, p in pairs if isinstance(t, QThread | QTimer) and shiboken6.isValid(t)
        ]

    def _place(self, thread: threading.Thread) -> str:
        places = [place for reference, place in self._started if reference() is thread]
        return f", started at {places[-1]}" if places else ""


def _ours(thread: threading.Thread) -> bool:
    # Python invents a dummy for each foreign thread that runs Python code, and cannot end it.
    return not isinstance(thread, threading._DummyThread)


def _windows() -> list[QWidget]:
    return QApplication.topLevelWidgets() if QApplication.instance() else []


def _in_the_way(window: QWidget) -> bool:
    return window.isVisible() or isinstance(window, QMainWindow)


def _finish_deletions() -> None:
    if QCoreApplication.instance():
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _caller() -> str:
    frames = traceback.extract_stack()[:-2]
    ours = [f for f in frames if "site-packages" not in f.filename and "/ksyn" in f.filename]
    frame = (ours or frames)[-1]
    return f"{frame.filename}:{frame.lineno} ({frame.name})"
