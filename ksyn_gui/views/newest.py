"""Work beside the GUI thread where only the newest request counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, Signal


class _Post(QObject):
    """Brings answers from the pool; outlives the window that asked, for as long as work runs."""

    returned = Signal(int, object, bool)


class Newest(QObject):
    """Runs one function at a time in a pool thread; what waits is replaced by what is newer."""

    finished = Signal(object)
    """What the function returned."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: Callable[[], Any] | None = None
        self._busy = False
        self._ticket = 0
        self._forgotten = 0
        self._post = _Post()
        self._post.returned.connect(self._deliver)

    def submit(self, function: Callable[[], Any]) -> None:
        """Run the function soon; an older one that has not begun is forgotten."""
        self._ticket += 1
        self._waiting = function
        self._start()

    def forget(self) -> None:
        """Forget what waits, and drop the answer of what runs."""
        self._waiting = None
        self._forgotten = self._ticket

    def _start(self) -> None:
        if self._busy or self._waiting is None:
            return
        function, ticket = self._waiting, self._ticket
        self._waiting, self._busy = None, True
        post = self._post
        QThreadPool.globalInstance().start(lambda: _run(function, ticket, post))

    def _deliver(self, ticket: int, answer: object, good: bool) -> None:
        self._busy = False
        self._start()
        if ticket <= self._forgotten:
            return
        if not good and isinstance(answer, Exception):
            raise answer
        self.finished.emit(answer)


def _run(function: Callable[[], Any], ticket: int, post: _Post) -> None:
    """Run in the pool thread, where the one who asked may be gone by now."""
    try:
        answer, good = function(), True
    except Exception as error:  # the edge of the thread: raised again in the GUI thread
        answer, good = error, False
    post.returned.emit(ticket, answer, good)
