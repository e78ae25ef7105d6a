"""What is being computed beside the window: one thread a kind of work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from ksyn_gui.background import Background
from ksyn_gui.state.news import News


class Work(QObject):
    """Threads for files, slices, patterns, previews, estimates and models; failures become news.

    In `files` one job follows the other; elsewhere a newer request replaces one that waits.
    """

    busy_changed = Signal(str)
    """What is being done ("Reading knee.h5 …"); empty when nothing is."""

    def __init__(self, news: News, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._news = news
        self.files = Background("files", self, newest_wins=False)
        self.slices = Background("slices", self)
        self.peeks = Background("peeks", self)
        self.patterns = Background("patterns", self)
        self.previews = Background("previews", self)
        self.estimates = Background("estimates", self)
        self.models = Background("models", self)

    def do(
        self,
        thread: Background,
        compute: Callable[[], Any],
        receive: Callable[[Any], None],
        *,
        fail: Callable[[Exception], None] | None = None,
        what: str = "",
    ) -> None:
        """Compute in a thread, and say `what` meanwhile; without `fail`, an error is news."""
        if what:
            self.busy_changed.emit(what)
        failed = fail or self._news.raise_error
        thread.submit(compute, self._then(receive, what), self._then(failed, what))

    def _then(self, react: Callable[[Any], None], what: str) -> Callable[[Any], None]:
        def finish(outcome: object) -> None:
            if what:
                self.busy_changed.emit("")
            react(outcome)

        return finish

    def close(self, milliseconds: int = 3000) -> bool:
        """End every thread, and return whether all ended in time."""
        shown = (self.files, self.slices, self.peeks, self.patterns, self.previews)
        ended = [thread.close(milliseconds) for thread in (*shown, self.estimates, self.models)]
        return all(ended)
