"""Which step or result is on the screen, and which could be."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from ksyn_gui.facts import ShownStep, StoredResult
from ksyn_gui.recorder import Recorder
from ksyn_gui.state.study import Study

Recall = Callable[[], ShownStep | None]
"""Makes a step of the place that is looked at."""


class Screen(QObject):
    """Shows new steps as they come, or an older one that was asked for, or a result."""

    step_shown = Signal(object)
    """ShownStep, live or called back; None when there is nothing to show any more."""
    kept_changed = Signal(object)
    """Indices of the steps that can be shown again (list of int, ascending)."""
    following_changed = Signal(bool)
    """Whether new steps are shown as they come (True), or the scrubber holds an older one."""
    taken_back = Signal(object)
    """Recorder of the run whose steps can be shown again, as its result is back."""

    def __init__(self, study: Study, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._study = study
        self._recorder: Recorder | None = None
        self._let_go: Recorder | None = None
        self._recall: Recall | None = None
        self._shown: ShownStep | None = None
        self._following = True
        study.scan_changed.connect(lambda _: self._forget())
        study.slice_changed.connect(lambda _: self._forget())
        study.moved.connect(self._look_again)

    @property
    def shown(self) -> ShownStep | None:
        """The step on the screen."""
        return self._shown

    @property
    def following(self) -> bool:
        """Whether new steps are shown as they come."""
        return self._following

    @property
    def can_go_to_steps(self) -> bool:
        """Whether the steps that are kept are those of what is on the screen."""
        recorder, shown = self._recorder, self._shown
        if recorder is None:
            return False
        return shown is None or shown.result is None or shown.run == recorder.number

    @property
    def shows_newest_run(self) -> bool:
        """Whether a step of the run that is watched is on the screen, and not its result."""
        recorder, shown = self._recorder, self._shown
        if recorder is None or shown is None or shown.result is not None:
            return False
        return shown.run == recorder.number

    @property
    def kept(self) -> list[int]:
        """Indices of the steps that can be shown again."""
        return [] if self._recorder is None else self._recorder.kept

    def watch(self, recorder: Recorder, *, follow: bool = True) -> None:
        """Take the steps of a run that begins; without `follow` what is shown stays."""
        self._recorder, self._let_go = recorder, None
        recorder.look_at(self._study.frame, self._study.coil)
        if follow:
            self._follow(at_newest=True)
        self.kept_changed.emit([])

    def watches(self, recorder: Recorder) -> bool:
        """Return whether this run is the one whose steps are shown."""
        return recorder is self._recorder

    def take(self, step: ShownStep) -> None:
        """Take the newest step of the run that is watched."""
        self.kept_changed.emit(self.kept)
        if self._following:
            self._show(step, lambda: self._nearest(step.index))

    def refresh(self) -> None:
        """Show the newest step again, with the numbers that came in later; nothing anew."""
        if self._following and self._shown is not None:
            self._show_newest()

    def show_step(self, index: int) -> None:
        """Show the kept step nearest to this index; allowed while running and after."""
        if self._recorder is not None:
            self._follow(at_newest=index >= max(self._recorder.kept, default=0))
            self._show_by(lambda: self._nearest(index))

    def follow(self) -> None:
        """Go back from the scrubber to the newest step, and show new ones as they come."""
        self._follow(at_newest=True)
        self._show_newest()

    def show_result(self, result: StoredResult) -> None:
        """Show a finished run; what is running goes on unseen, until `follow`."""
        self._follow(at_newest=False)
        self._show_by(lambda: _step_of(result, self._study.frame))

    def clear(self) -> None:
        """Show no step; those that are kept can be called back."""
        self._show(None, None)

    def let_go(self, run: int) -> None:
        """Show neither a run nor its result any more; `take_back` brings its steps back."""
        shown = self._shown
        if self._recorder is not None and self._recorder.number == run:
            self._recorder, self._let_go = None, self._recorder
            self.kept_changed.emit([])
        if shown is not None and shown.run == run:
            self._follow(at_newest=True)
            self.clear()

    def take_back(self, run: int) -> None:
        """Let the steps of a run be shown again, unless another has begun meanwhile."""
        recorder = self._let_go
        if recorder is not None and recorder.number == run:
            self.watch(recorder, follow=False)
            self.kept_changed.emit(self.kept)
            self.taken_back.emit(recorder)

    def forget_let_go(self) -> None:
        """Keep the steps of a run that was let go no longer."""
        self._let_go = None

    def _show_newest(self) -> None:
        if self._recorder is not None and self._recorder.last is not None:
            self._show_by(self._recorder.newest)

    def _nearest(self, index: int) -> ShownStep | None:
        return None if self._recorder is None else self._recorder.recall(index)

    def _look_again(self) -> None:
        """Show the same step of another frame or coil."""
        if self._recorder is not None:
            self._recorder.look_at(self._study.frame, self._study.coil)
        if self._recall is not None:
            self._show_by(self._recall)

    def _forget(self) -> None:
        self._recorder = self._let_go = None
        self.clear()
        self.kept_changed.emit([])

    def _follow(self, *, at_newest: bool) -> None:
        if at_newest is not self._following:
            self._following = at_newest
            self.following_changed.emit(at_newest)

    def _show_by(self, recall: Recall) -> None:
        self._show(recall(), recall)

    def _show(self, step: ShownStep | None, recall: Recall | None) -> None:
        self._shown, self._recall = step, recall
        self.step_shown.emit(step)


def _step_of(result: StoredResult, frame: int) -> ShownStep:
    frame = min(frame, len(result.image) - 1)
    deviation = None if result.deviation is None else result.deviation[frame]
    newest = {name: float(values[-1]) for name, (_, values) in result.curves.items()}
    return ShownStep(
        max(result.steps - 1, 0),
        max(result.planned, 1),
        result.image[frame],
        None,
        {**newest, **result.metrics},
        result.title,
        result.learned,
        live=False,
        deviation=deviation,
        result=result.number,
        run=result.run,
        curves=result.curves,
        sample_starts=result.sample_starts,
    )
