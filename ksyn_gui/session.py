"""All state of the window that changes, composed of one part an idea.

Panels call a part's methods and listen to its signals; signals are facts and carry the new value.
Arrays leave as numpy (see `ksyn_gui.facts`), in the scan's units. Whatever takes time runs in a
thread; a newer request replaces an older one that has not been answered. torch is imported only by
`ksyn_gui.engine`, after the window is up.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ksyn.errors import KsynError, OptionError
from ksyn_gui.engine import catalogue, runs
from ksyn_gui.facts import Engine, RunEnd, RunState
from ksyn_gui.state.comparison import Comparison
from ksyn_gui.state.news import News
from ksyn_gui.state.outlook import Outlook
from ksyn_gui.state.plan import Plan
from ksyn_gui.state.preview import Preview
from ksyn_gui.state.reconstruction import Reconstruction
from ksyn_gui.state.results import Results
from ksyn_gui.state.run_queue import RunQueue
from ksyn_gui.state.sampling import Sampling
from ksyn_gui.state.screen import Screen
from ksyn_gui.state.study import Study
from ksyn_gui.state.work import Work


class Session(QObject):
    """The open study, its sampling, the plan for the next run, the run, the screen, the results.

    Args:
        parent: Its owner.
        kept_bytes: Memory for the pictures of a run's steps.
    """

    engine_changed = Signal(object)
    """Engine: what can be chosen here. Arrives a moment after `load_engine`, once."""
    models_changed = Signal(object)
    """Engine: models have come or gone since, and perhaps methods that need them."""
    loss_feared = Signal(object)
    """What would lose results that were not saved: ask, then call it or not."""

    def __init__(self, parent: QObject | None = None, *, kept_bytes: int = 512 * 2**20) -> None:
        super().__init__(parent)
        self._engine: Engine | None = None
        self.news = News(self)
        self.work = Work(self.news, self)
        self.study = Study(self.work, self.news, self)
        self.screen = Screen(self.study, self)
        self.sampling = Sampling(self.study, self.work, self.news, self)
        self.preview = Preview(self.study, self.sampling, self.work, self)
        self.plan = Plan(self)
        self.results = Results(self.screen, self.work, self.news, self)
        self.reconstruction = Reconstruction(
            self.new_run, self.screen, self.work, self.news, kept_bytes=kept_bytes, parent=self
        )
        self.queue = RunQueue(self._begin_next, lambda: self.reconstruction.is_settled, self)
        self.comparison = Comparison(self.results, self)
        self.outlook = Outlook(self.study, self.sampling, self.plan, self.work, self)
        self._connect()

    @property
    def engine(self) -> Engine | None:
        """What can be chosen here; None until the engine is loaded."""
        return self._engine

    def load_engine(self) -> None:
        """Import torch and list what can be chosen; `engine_changed` follows."""
        self.work.do(
            self.work.files, catalogue.load, self._receive_engine, what="Loading the engine …"
        )

    def look_for_models(self) -> None:
        """See whether models have come or gone; `models_changed` follows if so."""
        engine = self._engine
        if engine is not None:
            self.work.do(
                self.work.models, lambda: catalogue.look_again(engine), self._receive_models
            )

    def open(self, path: Path | str) -> None:
        """Open a scan (``"demo"`` is the built-in one); `loss_feared` where results would go."""
        go_on = partial(self.study.open, path)
        if self.results.unsaved and not self.study.locked:
            self.loss_feared.emit(go_on)
        else:
            go_on()

    @property
    def ready(self) -> bool:
        """Whether there is all that a run takes: an engine, samples and a mask."""
        parts = (self._engine, self.study.measured, self.sampling.mask)
        return all(part is not None for part in parts)

    @property
    def running(self) -> bool:
        """Whether a run is under way or waits."""
        return self.reconstruction.state.active or self.queue.progress.busy

    def new_run(self, method: str | None = None) -> runs.GuiRun:
        """Return the run of what is on the screen by the chosen method (or another), not begun.

        Raises:
            OptionError: No scan is open, or an option is out of range.
        """
        measured, mask = self.study.measured, self.sampling.mask
        if self.study.scan is None:
            raise OptionError("No scan is open yet.", hint="Open a scan, or the demo.")
        if measured is None or mask is None:
            raise OptionError(
                f"Slice {self.study.slice + 1} is not in memory.",
                hint="If it cannot be read, choose another slice or another scan.",
            )
        if self._engine is None:
            raise OptionError("The engine is still loading.", hint="Try again in a few seconds.")
        return self.plan.run_of(measured, mask, method)

    def compare_methods(self, methods: list[str]) -> None:
        """Let several methods reconstruct what is on the screen, one after the other."""
        try:
            runs = [self.new_run(method) for method in methods]
        except KsynError as error:
            self.news.raise_error(error)
            return
        self.queue.add((run.title, run) for run in runs)

    def stop(self) -> None:
        """End the run under way, and forget those that wait."""
        self.queue.drop_waiting()
        self.reconstruction.stop()

    def close(self, milliseconds: int = 3000) -> bool:
        """Stop every thread, and return whether all ended in time."""
        self.outlook.close()
        ended = [part.close(milliseconds) for part in (self.reconstruction, self.work)]
        return all(ended)

    def _connect(self) -> None:
        """Tie the parts together; none of them knows what it is tied to."""
        for changed in (self.engine_changed, self.models_changed):
            changed.connect(self.plan.offer)
            changed.connect(lambda _: self.outlook.ask_again())
        self.reconstruction.state_changed.connect(self._take_state)
        self.reconstruction.finished.connect(self.results.add)
        self.reconstruction.measured.connect(self.results.take_curves)
        self.reconstruction.ended.connect(self._take_end)
        self.reconstruction.settled.connect(self._take_rest)
        self.screen.taken_back.connect(self.reconstruction.show_again)
        self.queue.progressed.connect(lambda _: self._lock())
        self.study.scan_changed.connect(lambda _: self._start_afresh())
        self.preview.mask_replaced.connect(self._clear_screen)
        # What was done last is undone first, and from now on that is the mask.
        self.sampling.mask_changed.connect(lambda _: self.results.forget_removed())

    def _receive_engine(self, found: Engine) -> None:
        self._engine = found
        self.engine_changed.emit(found)

    def _receive_models(self, found: Engine) -> None:
        if found != self._engine:
            self._engine = found
            self.models_changed.emit(found)

    def _begin_next(self, run: runs.GuiRun) -> None:
        """Begin a run of the queue; from the second on, a result that is looked at stays."""
        first = self.queue.progress.done == 0
        self.reconstruction.begin(run, follow=first or self.screen.following)

    def _take_end(self, end: RunEnd) -> None:
        """Tell what went wrong, unless the queue keeps it for later."""
        if end.trouble is not None and not self.queue.owns(end.run):
            self.news.error_raised.emit(end.trouble)
        self.queue.end(end.run, None if end.result is not None else end.trouble)
        self._lock()

    def _take_rest(self) -> None:
        """Let the next run begin when nothing disturbs it any more."""
        self.queue.advance()
        self._lock()

    def _take_state(self, state: RunState) -> None:
        """Make room for a run that the user begins; the queue's are not in the way."""
        if state is RunState.PREPARING and not self.queue.progress.busy:
            self.comparison.leave()
        self._lock()

    def _lock(self) -> None:
        """Stay at the slice while it is being reconstructed."""
        busy = self.reconstruction.busy or self.queue.progress.busy
        self.study.lock(busy)
        self.outlook.hold(busy)

    def _start_afresh(self) -> None:
        """Another scan is open: nothing of the last one stays."""
        self.queue.clear()
        self.reconstruction.stop()
        self.results.clear()

    def _clear_screen(self) -> None:
        """Show no step that was made with another mask; a run under way shows its own."""
        if not self.reconstruction.state.active:
            self.screen.clear()
