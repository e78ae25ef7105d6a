"""One stream of steps in one thread; the newest step wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Condition
from time import monotonic, thread_time
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

Items = Callable[[], Iterator[Any]]
"""Makes the stream; called in the runner's thread, so slow preparation belongs inside."""
Present = Callable[[Any], Any]
"""Makes of an item what the window is given; called in the runner's thread, and only for items
that will be shown."""

FRAME_INTERVAL = 0.033
"""Least time between two deliveries [s]; no eye and no screen needs more."""
LONGEST_INTERVAL = 0.4
"""Time between two deliveries however long making one ready takes [s]."""
SHARE = 0.015
"""Share of the stream's time that may go into making deliveries ready."""
DRAWING_SHARE = 0.03
"""Share of the time that may go into drawing them: Python runs in one thread at a time."""

_unfinished: list[QThread] = []


class Runner(QObject):
    """Pull a generator in a thread of its own: run, pause, step, stop.

    What the generator yields is never queued: `stepped` is sent without a payload, and `take`
    returns the newest item. Items are left out while the last one waits to be taken, and within
    `FRAME_INTERVAL` (or longer, where showing one takes long); the one at which the stream rests
    (paused, stopped, ended) never is. The generator is made, advanced and closed in the same
    thread.
    """

    stepped = Signal()
    """A new item waits in the mailbox."""
    rested = Signal()
    """The stream is paused; the last item was delivered before."""
    ended = Signal(object)
    """The stream is closed: the exception that ended it, or None."""
    _wanted = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mailbox = Mailbox()
        self._thread = QThread()
        self._thread.setObjectName("ksyn-runner")
        self._worker = _Worker(self.mailbox)
        self._worker.moveToThread(self._thread)
        self._wanted.connect(self._worker.pull)
        self._worker.stepped.connect(self.stepped)
        self._worker.rested.connect(self.rested)
        self._worker.ended.connect(self._finish)
        self._running = False

    @property
    def running(self) -> bool:
        """Whether a stream is open, paused ones included."""
        return self._running

    def start(
        self, make: Items, present: Present = lambda item: item, *, paused: bool = False
    ) -> None:
        """Open a stream; `paused` rests after the first item.

        Raises:
            RuntimeError: Another stream is open.
        """
        if self._running:
            raise RuntimeError("A stream is open already; stop it first.")
        self._running = True
        self.mailbox.open(paused=paused)
        self._thread.start()
        self._wanted.emit(make, present)

    def pause(self) -> None:
        """Rest after the item that is being made."""
        self.mailbox.command(paused=True)

    def resume(self) -> None:
        """Go on."""
        self.mailbox.command(paused=False)

    def step(self) -> None:
        """Make one item, and rest again."""
        self.mailbox.command(paused=True, allowed=1)

    def stop(self) -> None:
        """Close the generator after the item that is being made."""
        self.mailbox.command(stopped=True)

    def take(self) -> object:
        """Return the newest item, or None when it was taken before."""
        self.mailbox.note_drawing(thread_time())
        return self.mailbox.take()

    def close(self, milliseconds: int = 3000) -> bool:
        """Stop, end the thread, and return whether it ended in time."""
        self.stop()
        self._thread.quit()
        if self._thread.wait(milliseconds):
            return True
        keep_unfinished(self._thread)
        return False

    @Slot(object)
    def _finish(self, error: Exception | None) -> None:
        self._running = False
        self.ended.emit(error)


def keep_unfinished(thread: QThread) -> None:
    """Keep a thread that did not end in time, so that Qt never destroys a running one."""
    _unfinished.append(thread)


def all_finished() -> bool:
    """Return whether every thread that was closed too slowly has ended by now."""
    return all(thread.isFinished() for thread in _unfinished)


class Mailbox:
    """One item and the commands of the window, shared by two threads."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._item: object = None
        self._allowed = 0
        self._paused = self._stopped = False
        self._drawn_until: float | None = None
        self.drawing = 0.0
        """What the window's thread spent on an item lately [s]."""

    def open(self, *, paused: bool) -> None:
        """Forget the last stream."""
        with self._changed:
            self._drawn_until = None
            self._item, self._stopped, self._paused, self._allowed = None, False, paused, 1

    def command(
        self, *, paused: bool | None = None, stopped: bool = False, allowed: int = 0
    ) -> None:
        """Change what the stream may do, and wake it."""
        with self._changed:
            self._paused = self._paused if paused is None else paused
            self._stopped = self._stopped or stopped
            self._allowed = allowed
            self._changed.notify_all()

    @property
    def stopped(self) -> bool:
        """Whether the stream was told to stop."""
        return self._stopped

    @property
    def must_rest(self) -> bool:
        """Whether the next item may not be made."""
        return self._paused and self._allowed == 0 and not self._stopped

    @property
    def empty(self) -> bool:
        """Whether the newest item was taken."""
        return self._item is None

    def put(self, item: object) -> bool:
        """Replace the item, and return whether the last one had been taken."""
        with self._changed:
            was_empty = self._item is None
            self._item = item
            return was_empty

    def take(self) -> object:
        """Return the item, and empty the box."""
        with self._changed:
            item, self._item = self._item, None
            return item

    def note_drawing(self, clock: float) -> None:
        """Take note of the processor time of the window's thread, when it takes an item."""
        if self._drawn_until is not None:
            self.drawing = 0.7 * self.drawing + 0.3 * (clock - self._drawn_until)
        self._drawn_until = clock

    def spend(self) -> None:
        """Count one item of those that were allowed."""
        with self._changed:
            self._allowed = max(self._allowed - 1, 0)

    def wait(self) -> None:
        """Sleep while the stream is paused."""
        with self._changed:
            self._changed.wait_for(lambda: not self.must_rest)


class _Worker(QObject):
    """Lives in the thread."""

    stepped = Signal()
    rested = Signal()
    ended = Signal(object)

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__()
        self._mailbox = mailbox
        self._present: Present = lambda item: item
        self._waiting: object = None
        self._last_put = self._cost = 0.0

    @Slot(object, object)
    def pull(self, make: Items, present: Present) -> None:
        """Make the stream, exhaust it, close it, and report how it went."""
        self._present, self._waiting, self._last_put = present, None, 0.0
        error: Exception | None = None
        items: Iterator[Any] = iter(())
        try:
            items = make()
            self._advance(items)
        except Exception as caught:
            error = caught
        try:
            getattr(items, "close", lambda: None)()  # iterators need not have it
            self._put_waiting()
        except Exception as caught:
            error = error or caught
        self._waiting = None
        self.ended.emit(error)

    def _advance(self, items: Iterator[Any]) -> None:
        while not self._mailbox.stopped:
            item = next(items, None)
            if item is None:
                return
            self._waiting = item
            self._mailbox.spend()
            if self._mailbox.empty and monotonic() - self._last_put >= self._interval:
                self._put_waiting()
            if self._mailbox.must_rest:
                self._put_waiting()
                self.rested.emit()
                self._mailbox.wait()

    @property
    def _interval(self) -> float:
        drawing = self._mailbox.drawing / DRAWING_SHARE
        return min(max(self._cost / SHARE, drawing, FRAME_INTERVAL), LONGEST_INTERVAL)

    def _put_waiting(self) -> None:
        if self._waiting is None:
            return
        began = monotonic()
        item, self._waiting = self._present(self._waiting), None
        self._last_put = monotonic()
        self._cost = self._last_put - began
        if self._mailbox.put(item):
            self.stepped.emit()
