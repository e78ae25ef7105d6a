"""Which results are kept, and what can be done with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Signal

from ksyn.errors import OptionError
from ksyn_gui.command import command_of
from ksyn_gui.engine import outcomes
from ksyn_gui.facts import Curve, StoredResult
from ksyn_gui.state.news import News
from ksyn_gui.state.screen import Screen
from ksyn_gui.state.work import Work

if TYPE_CHECKING:
    from ksyn.io.writers.writer import Window

KSPACE_BYTES = 256 * 2**20
"""Memory for the k-space of results: only one format of files holds it [bytes]."""

_MOST_REMOVED = 8
"""So many can be brought back."""


class Results(QObject):
    """Finished runs, oldest first, counted from 1."""

    changed = Signal(object)
    """List of StoredResult, oldest first."""
    removed_changed = Signal(object)
    """StoredResult that `restore` would bring back; None where there is none."""
    restored = Signal(int)
    """Number of a result that is back."""

    def __init__(
        self, screen: Screen, work: Work, news: News, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._screen, self._work, self._news = screen, work, news
        self._all: list[StoredResult] = []
        self._removed: list[StoredResult] = []
        self._returned: list[int] = []
        self._newest = 0
        self._saved: set[int] = set()

    @property
    def unsaved(self) -> list[StoredResult]:
        """Those that are in no file, oldest first."""
        return [result for result in self._all if result.number not in self._saved]

    @property
    def all(self) -> list[StoredResult]:
        """Finished runs, oldest first."""
        return list(self._all)

    def get(self, number: int) -> StoredResult:
        """Return one of them.

        Raises:
            OptionError: There is none of that number.
        """
        for result in self._all:
            if result.number == number:
                return result
        raise OptionError(f"There is no result {number}.")

    def of_run(self, run: int) -> StoredResult | None:
        """Return what a run has come to, if that is known and still kept."""
        return next((result for result in self._all if result.run == run), None)

    def add(self, result: StoredResult) -> None:
        """Keep a result under the next number."""
        self._newest += 1
        self._all = [*self._all, replace(result, number=self._newest)]
        self._save_memory()
        self.changed.emit(self.all)

    def take_curves(self, run: int, curves: Mapping[str, Curve]) -> None:
        """Keep the numbers of a run that came in after its result."""
        self._all = [
            replace(result, curves=curves) if result.run == run else result for result in self._all
        ]
        shown = self._screen.shown
        for result in self._all:
            if result.run == run and shown is not None and shown.result == result.number:
                self.show(result.number)

    def show(self, number: int) -> None:
        """Show a finished run."""
        self._screen.show_result(self.get(number))

    @property
    def removed(self) -> StoredResult | None:
        """What `restore` would bring back."""
        return self._removed[-1] if self._removed else None

    @property
    def returned(self) -> int | None:
        """Number of the result whose return would be taken back by removing it again."""
        return self._returned[-1] if self._returned else None

    def remove(self, number: int) -> None:
        """Take a finished run away; `restore` brings it back."""
        gone = self.get(number)
        self._returned = self._returned[:-1] if number == self.returned else []
        self._all.remove(gone)
        self._removed = [*self._removed, gone][-_MOST_REMOVED:]
        self._save_memory()
        self._screen.let_go(gone.run)
        self.changed.emit(self.all)
        self.removed_changed.emit(gone)

    def restore(self) -> None:
        """Bring back what was removed last."""
        if self._removed:
            back = self._removed.pop()
            self._returned.append(back.number)
            self._all = sorted([*self._all, back], key=lambda result: result.number)
            self._screen.take_back(back.run)
            self.changed.emit(self.all)
            self.removed_changed.emit(self.removed)
            self.restored.emit(back.number)

    def forget_removed(self) -> None:
        """Bring nothing back any more, and take nothing away again."""
        self._screen.forget_let_go()
        if self._removed or self._returned:
            self._removed, self._returned = [], []
            self.removed_changed.emit(None)

    def rename(self, number: int, name: str) -> None:
        """Give a result a name; an empty one takes it back."""
        self._all = [
            replace(result, name=name.strip()) if result.number == number else result
            for result in self._all
        ]
        self.changed.emit(self.all)

    def clear(self) -> None:
        """Forget all of them: another scan is open."""
        self._all, self._newest, self._saved = [], 0, set()
        self.forget_removed()
        self.changed.emit([])

    def _save_memory(self) -> None:
        """Let old results go without their k-space where all together need too much memory."""
        room = KSPACE_BYTES
        kept = []
        for result in reversed([*self._removed, *self._all]):
            room -= outcomes.kspace_bytes(result)
            kept.append(result if room >= 0 else outcomes.without_kspace(result))
        kept, gone = kept[::-1], len(self._removed)
        self._removed, self._all = kept[:gone], kept[gone:]

    def save(self, number: int, path: Path, window: Window | None = None) -> None:
        """Write a result with its recipe beside it; `News.saved` or an error follows.

        A picture of it shows the values of `window` as black and white.
        """
        result = self.get(number)
        self._work.do(
            self._work.files,
            lambda: outcomes.save(result, path, window),
            lambda written: self._note_saved(number, written),
            what=f"Writing {path.name} …",
        )

    def when_saved(self, go_on: Callable[[], object]) -> None:
        """Go on when what is being written is in its files; not when one could not be written."""

        def check(_: object) -> None:
            if not self.unsaved:
                go_on()

        self._work.do(self._work.files, lambda: None, check)  # one after the other: after all else

    def _note_saved(self, number: int, path: Path) -> None:
        self._saved.add(number)
        self._news.saved.emit(path)

    def command_of(self, number: int) -> str:
        """Return the ``ksyn recon`` command that repeats a run."""
        data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
        return command_of(self.get(number).engine_result.recipe, Path(data) / "recipes")
