"""Work beside the window: one job at a time, and a newer request replaces the one that waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from ksyn_gui import runner


@dataclass(frozen=True, eq=False)
class Job:
    """What to compute in the thread, and who gets the outcome in the window's thread."""

    compute: Callable[[], Any]
    receive: Callable[[Any], None]
    fail: Callable[[Exception], None]


class Background(QObject):
    """A thread that computes the newest job; what it superseded is neither begun nor delivered.

    Args:
        name: The thread's name.
        newest_wins: Drop what a newer request replaces; False does one after the other.
    """

    busy_changed = Signal(bool)
    _wanted = Signal()

    def __init__(
        self, name: str, parent: QObject | None = None, *, newest_wins: bool = True
    ) -> None:
        super().__init__(parent)
        self._newest_wins = newest_wins
        self._lock = Lock()
        self._jobs: list[Job] = []
        self._current: Job | None = None
        self._open = 0
        self._closed = False
        self._thread = QThread()
        self._thread.setObjectName(f"ksyn-{name}")
        self._worker = _Worker(self._next_job)
        self._worker.moveToThread(self._thread)
        self._wanted.connect(self._worker.work)
        self._worker.done.connect(self._deliver)

    @property
    def busy(self) -> bool:
        """Whether a job is waiting or under way."""
        return self._open > 0

    def submit(
        self,
        compute: Callable[[], Any],
        receive: Callable[[Any], None],
        fail: Callable[[Exception], None],
    ) -> None:
        """Ask for a result; `receive` or `fail` is called in the window's thread.

        After `close` nothing is begun any more.
        """
        if self._closed:
            return
        job = Job(compute, receive, fail)
        with self._lock:
            if self._newest_wins:
                self._jobs.clear()
            self._jobs.append(job)
        self._current = job
        self._count(+1)
        self._thread.start()
        self._wanted.emit()

    def close(self, milliseconds: int = 3000) -> bool:
        """Forget what waits, end the thread, and return whether it ended in time."""
        with self._lock:
            self._jobs.clear()
        self._current, self._closed = None, True
        self._thread.quit()
        if self._thread.wait(milliseconds):
            return True
        runner.keep_unfinished(self._thread)
        return False

    def _next_job(self) -> Job | None:
        with self._lock:
            return self._jobs.pop(0) if self._jobs else None

    def _count(self, change: int) -> None:
        was_busy, self._open = self.busy, self._open + change
        if was_busy != self.busy:
            self.busy_changed.emit(self.busy)

    @Slot(object, object, object)
    def _deliver(self, job: Job | None, result: object, error: Exception | None) -> None:
        self._count(-1)
        if job is None or (self._newest_wins and job is not self._current):
            return
        if job is self._current:
            self._current = None  # what it holds may be large
        if error is None:
            job.receive(result)
        else:
            job.fail(error)


class _Worker(QObject):
    """Lives in the thread."""

    done = Signal(object, object, object)

    def __init__(self, next_job: Callable[[], Job | None]) -> None:
        super().__init__()
        self._next_job = next_job

    @Slot()
    def work(self) -> None:
        """Compute one job, if it is still wanted."""
        job = self._next_job()
        if job is None:
            self.done.emit(None, None, None)
            return
        try:
            self.done.emit(job, job.compute(), None)
        except Exception as error:
            self.done.emit(job, None, error)
