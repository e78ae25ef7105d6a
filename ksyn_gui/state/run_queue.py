"""Runs that wait for their turn: one after the other, whatever becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from ksyn_gui.facts import Trouble

Run = TypeVar("Run")


class Turn(Enum):
    """Where a queued run stands; one that is done is a result, and no longer here."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class Queued(Generic[Run]):
    """One run of the queue."""

    number: int
    """Counts from 1 within this session."""
    title: str
    """The method."""
    run: Run
    turn: Turn = Turn.WAITING
    trouble: Trouble | None = None
    """Why it failed."""


@dataclass(frozen=True)
class QueueProgress:
    """How far the queue is."""

    done: int
    """Runs that ended since the queue was last empty, well or not."""
    total: int
    """Those, and what runs and waits."""
    title: str = ""
    """The method under way; empty when nothing is."""

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits."""
        return self.done < self.total


class RunQueue(QObject):
    """Begins the next run whenever the last one has ended; one that fails does not hold it up.

    Args:
        begin: Begins a run; `end` is to be called when it has ended.
        may_begin: Whether nothing else is running.
    """

    changed = Signal(object)
    """List of Queued, in order."""
    progressed = Signal(object)
    """QueueProgress."""

    def __init__(
        self,
        begin: Callable[[Any], None],
        may_begin: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._begin, self._may_begin = begin, may_begin
        self._entries: list[Queued[Any]] = []
        self._added = self._done = self._total = 0

    @property
    def entries(self) -> list[Queued[Any]]:
        """What runs, waits and has failed, in order."""
        return list(self._entries)

    @property
    def progress(self) -> QueueProgress:
        """How far it is."""
        running = self._running()
        return QueueProgress(self._done, self._total, "" if running is None else running.title)

    def add(self, runs: Iterable[tuple[str, Any]]) -> None:
        """Let runs wait, each with its title; the first begins as soon as nothing else runs."""
        if not self.progress.busy:
            self._done = self._total = 0
        for title, run in runs:
            self._added += 1
            self._total += 1
            self._entries.append(Queued(self._added, title, run))
        self._tell()
        self.advance()

    def advance(self) -> None:
        """Begin the next run, if nothing else runs."""
        waiting = [entry for entry in self._entries if entry.turn is Turn.WAITING]
        if waiting and self._running() is None and self._may_begin():
            self._replace(waiting[0], turn=Turn.RUNNING)
            self._tell()
            self._begin(waiting[0].run)

    def end(self, run: object, trouble: Trouble | None = None) -> None:
        """Take note that a run has ended, the queue's own or another, and begin the next.

        Args:
            run: What ended.
            trouble: Why it has no result; the run then stays in the queue to be read about.
        """
        running = self._running()
        if running is not None and running.run is run:
            self._done += 1
            if trouble is None:
                self._entries.remove(running)
            else:
                self._replace(running, turn=Turn.FAILED, trouble=trouble)
            self._tell()
        self.advance()

    def drop_waiting(self) -> None:
        """Forget what waits; what runs goes on."""
        self._forget([entry for entry in self._entries if entry.turn is Turn.WAITING])

    def remove(self, number: int) -> None:
        """Forget one run that waits or has failed."""
        self._forget([entry for entry in self._entries if entry.number == number])

    def clear(self) -> None:
        """Forget everything but what runs."""
        self._forget(self._entries)

    def owns(self, run: object) -> bool:
        """Return whether a run is the one the queue has begun."""
        running = self._running()
        return running is not None and running.run is run

    def _running(self) -> Queued[Any] | None:
        return next((entry for entry in self._entries if entry.turn is Turn.RUNNING), None)

    def _forget(self, entries: list[Queued[Any]]) -> None:
        gone = [entry for entry in entries if entry.turn is not Turn.RUNNING]
        self._total -= sum(entry.turn is Turn.WAITING for entry in gone)
        self._entries = [entry for entry in self._entries if entry not in gone]
        if gone:
            self._tell()

    def _replace(self, entry: Queued[Any], **changes: Any) -> None:  # noqa: ANN401 - of any field
        self._entries[self._entries.index(entry)] = replace(entry, **changes)

    def _tell(self) -> None:
        self.changed.emit(self.entries)
        self.progressed.emit(self.progress)
