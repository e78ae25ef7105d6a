"""Which two results are compared."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ksyn_gui.facts import StoredResult
from ksyn_gui.state.results import Results

Pair = tuple[StoredResult, StoredResult]


class Comparison(QObject):
    """Result A and result B; it ends when one of them is removed."""

    changed = Signal(object)
    """A and B (tuple of StoredResult), or None when nothing is compared."""

    def __init__(self, results: Results, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._results = results
        self._numbers: tuple[int, int] | None = None
        results.changed.connect(self._look_again)

    @property
    def pair(self) -> Pair | None:
        """A and B, or None."""
        if self._numbers is None:
            return None
        a, b = self._numbers
        return self._results.get(a), self._results.get(b)

    def compare(self, a: int, b: int) -> None:
        """Compare two results, by their numbers."""
        if (a, b) != self._numbers:
            self._numbers = (a, b)
            self.changed.emit(self.pair)

    def swap(self) -> None:
        """Let A and B change places."""
        if self._numbers is not None:
            a, b = self._numbers
            self.compare(b, a)

    def leave(self) -> None:
        """Compare nothing any more."""
        if self._numbers is not None:
            self._numbers = None
            self.changed.emit(None)

    def _look_again(self, results: list[StoredResult]) -> None:
        """Show a new name; end where one of the two is gone."""
        if self._numbers is None:
            return
        if not set(self._numbers) <= {result.number for result in results}:
            self.leave()
        else:
            self.changed.emit(self.pair)
