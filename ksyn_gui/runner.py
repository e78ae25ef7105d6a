"""One stream of steps in one thread; the newest step wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Condition
from time import monotonic, thread_time
from typing import Any

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

Items = Callable[[], Iterator[Any]]
"""Makes the stream; called in the runner's thread, so slow preparation belongs inside."""
Present = Callable[[Any], Any]
"""Makes of an item what the window is given; called in the runner's thread, and only for items
that will be shown."""

FRAME_INTERVAL = 0.033
"""Least time between two deliveries [s]; no eye and no screen needs more."""
LONGEST_INTERVAL = 0.75
"""Time between two deliveries however much the window has to do [s]."""
SHARE = 0.02
"""Share of the time that may go into showing: what the stream's thread spends on making items
ready, and all that the window's thread spends, painting included."""
_SETTLED = 40
"""Time after which what was delivered has been painted [ms]."""
_FIRST_GUESS = 0.008
"""What the window spends on painting, until it is known [s]."""

_unfinished: list[QThread] = []


def _as_it_is(item: object) -> object:
    return item


class Runner(QObject):
    """Pull a generator in a thread of its own: run, pause, step, stop.

    What the generator yields is never queued: `stepped` is sent without a payload, and `take`
    returns the newest item. Items are left out until the last one is painted and the next one's
    cost has been earned (see `SHARE`), so a stream that is over at once shows only where it ends;
    the item at which it rests (paused, stopped, ended) is never left out. The
    generator is made, advanced and closed in the same thread.
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
        self._settled = QTimer(self, singleShot=True, interval=_SETTLED)
        self._settled.timeout.connect(lambda: self.mailbox.note_painted(thread_time()))

    @property
    def running(self) -> bool:
        """Whether a stream is open, paused ones included."""
        return self._running

    def start(self, make: Items, present: Present = _as_it_is, *, paused: bool = False) -> None:
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
        if self._thread.isRunning():  # not when it comes after `close`
            self._settled.start()
        return self.mailbox.take(thread_time())

    def close(self, milliseconds: int = 3000) -> bool:
        """Stop, end the thread, and return whether it ended in time."""
        self.stop()
        self._settled.stop()
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
        self._clock: float | None = None
        self._painted = True
        self.painting = _FIRST_GUESS
        """What the window's thread spent from one painting to the next [s]; the last stream's
        until it is known of this one."""

    def open(self, *, paused: bool) -> None:
        """Forget the last stream."""
        with self._changed:
            self._clock, self._painted = None, True
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
    def painted(self) -> bool:
        """Whether the newest item is on the screen."""
        return self._painted

    def put(self, item: object) -> bool:
        """Replace the item, and return whether the last one had been taken."""
        with self._changed:
            was_empty = self._item is None
            self._item, self._painted = item, False
            return was_empty

    def take(self, clock: float) -> object:
        """Return the item, and empty the box; the clock is the window's processor time [s]."""
        with self._changed:
            self._clock = clock if self._clock is None else self._clock
            item, self._item = self._item, None
            return item

    def note_painted(self, clock: float) -> None:
        """Take note that the item is painted, and of the window's processor time by then [s]."""
        with self._changed:
            self._painted = self._item is None
            if self._clock is not None:
                self.painting = clock - self._clock
            self._clock = clock

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
        self._present: Present = _as_it_is
        self._waiting: object = None
        self._last_put = self._cost = 0.0

    @Slot(object, object)
    def pull(self, make: Items, present: Present) -> None:
        """Make the stream, exhaust it, close it, and report how it went."""
        self._present, self._waiting, self._last_put = present, None, monotonic()
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
        self._waiting, self._present = None, _as_it_is  # what they hold may be large
        self.ended.emit(error)

    def _advance(self, items: Iterator[Any]) -> None:
        while not self._mailbox.stopped:
            item = next(items, None)
            if item is None:
                return
            self._waiting = item
            self._mailbox.spend()
            if self._mailbox.painted and monotonic() - self._last_put >= self._interval:
                self._put_waiting()
            if self._mailbox.must_rest:
                self._put_waiting()
                self.rested.emit()
                self._mailbox.wait()

    @property
    def _interval(self) -> float:
        cost = self._cost + self._mailbox.painting
        return min(max(cost / SHARE, FRAME_INTERVAL), LONGEST_INTERVAL)

    def _put_waiting(self) -> None:
        if self._waiting is None:
            return
        began = monotonic()
        item, self._waiting = self._present(self._waiting), None
        self._last_put = monotonic()
        self._cost = self._last_put - began
        if self._mailbox.put(item):
            self.stepped.emit()
