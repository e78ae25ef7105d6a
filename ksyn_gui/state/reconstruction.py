"""What runs: one reconstruction at a time, its steps on the way to the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal, Slot

from ksyn.errors import KsynError
from ksyn_gui.engine import outcomes, runs, troubles
from ksyn_gui.facts import RunEnd, RunState, ShownStep, StoredResult
from ksyn_gui.recorder import Recorder
from ksyn_gui.runner import Runner
from ksyn_gui.state.news import News
from ksyn_gui.state.screen import Screen
from ksyn_gui.state.work import Work

_MAY_REST = (RunState.PREPARING, RunState.RUNNING, RunState.PAUSED)
"""States in which a run may come to rest: in a pause, after each single step again."""


@dataclass(frozen=True, eq=False)
class Running:
    """A run, and what is kept of it."""

    run: runs.GuiRun
    recorder: Recorder

    def finish(self) -> StoredResult:
        """Return the result; for a worker thread."""
        return outcomes.finish(self.run)


class Reconstruction(QObject):
    """Begin, pause, step and stop a run.

    Args:
        new_run: Makes the run of what is on the screen; raises KsynError when it cannot.
        kept_bytes: Memory for the pictures of its steps.
    """

    state_changed = Signal(object)
    """RunState."""
    stepped = Signal(object)
    """Progress of the run; steps may be left out between two signals, their numbers never."""
    finished = Signal(object)
    """StoredResult, not numbered yet: what was reached, also after a stop or an error."""
    measured = Signal(int, object)
    """Number of a run whose every kept step is measured, some time after `finished`, and its
    curves (`Curve` by name)."""
    ended = Signal(object)
    """RunEnd, once for each run, after `finished`."""
    settled = Signal()
    """All steps of the last run are measured; nothing is under way any more."""

    def __init__(
        self,
        new_run: Callable[[], runs.GuiRun],
        screen: Screen,
        work: Work,
        news: News,
        *,
        kept_bytes: int,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._new_run, self._kept_bytes = new_run, kept_bytes
        self._screen, self._work, self._news = screen, work, news
        self._state = RunState.IDLE
        self._begun = 0
        self._running: Running | None = None
        self._unmeasured: list[Running] = []
        """Runs that are over, and whose result is still being measured."""
        self._settled = True
        self._runner = Runner(self)
        self._runner.stepped.connect(self._take_step)
        self._runner.rested.connect(self._rest)
        self._runner.ended.connect(self._end)

    @property
    def state(self) -> RunState:
        """What the reconstruction is doing."""
        return self._state

    def start(self, *, paused: bool = False) -> None:
        """Reconstruct what is on the screen; `paused` rests after the first step."""
        if self._state.active:
            return
        try:
            run = self._new_run()
        except KsynError as error:
            self._news.raise_error(error)
            return
        self.begin(run, paused=paused)

    @property
    def busy(self) -> bool:
        """Whether a run is under way, or what it has reached is still being measured."""
        return self._state.active or bool(self._unmeasured)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is under way, the measuring of the last run's steps included."""
        return self._settled

    def begin(self, run: runs.GuiRun, *, paused: bool = False, follow: bool = True) -> None:
        """Begin this run; without `follow` the screen stays as it is.

        Raises:
            RuntimeError: Another one is under way.
        """
        if self._state.active:
            raise RuntimeError("A run is under way already; stop it first.")
        self._begun += 1
        recorder = Recorder(run, self._kept_bytes, self._begun)
        self._running, self._settled = Running(run, recorder), False
        self._set_state(RunState.PREPARING)
        self._screen.watch(recorder, follow=follow)
        self._runner.start(lambda: recorder.watch(run.steps()), recorder.present, paused=paused)

    def pause(self) -> None:
        """Rest after the step under way."""
        if self._state in (RunState.RUNNING, RunState.PREPARING):
            self._runner.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        if self._state is RunState.PAUSED:
            self._set_state(RunState.RUNNING)
            self._runner.resume()

    def pause_or_resume(self) -> None:
        """Do the one that makes sense."""
        if self._state is RunState.PAUSED:
            self.resume()
        else:
            self.pause()

    def step(self) -> None:
        """Make one step and rest; begins a run when there is none."""
        if self._state.active:
            self._runner.step()
        else:
            self.start(paused=True)

    def stop(self) -> None:
        """End the run after the step under way; what was reached is kept as a result."""
        if self._state.active:
            self._set_state(RunState.STOPPING)
            self._runner.stop()

    def show_again(self, recorder: Recorder) -> None:
        """Tell of a run again: more was measured of it since, or its result is back."""
        if self._screen.watches(recorder):
            self.stepped.emit(recorder.progress())
            self._screen.refresh()

    def close(self, milliseconds: int = 3000) -> bool:
        """Stop, and return whether the thread ended in time."""
        return self._runner.close(milliseconds)

    @Slot()
    def _take_step(self) -> None:
        step, running = self._runner.take(), self._running
        if not isinstance(step, ShownStep) or running is None:
            return
        if self._state is RunState.PREPARING:
            self._set_state(RunState.RUNNING)
        if self._screen.watches(running.recorder):
            self.stepped.emit(running.recorder.progress())
            self._screen.take(step)

    @Slot()
    def _rest(self) -> None:
        running = self._running
        if self._state in _MAY_REST and running is not None:
            self._set_state(RunState.PAUSED)
            measure = running.recorder.measure_newest
            self._work.do(self._work.files, measure, lambda _: self._show_measured(running))

    def _show_measured(self, running: Running) -> None:
        """Show the step that the run rests at with its own metrics, not those of an earlier one."""
        if self._state is RunState.PAUSED and self._running is running:
            self.show_again(running.recorder)

    @Slot(object)
    def _end(self, error: Exception | None) -> None:
        running, self._running = self._running, None
        stopped = self._state is RunState.STOPPING or error is not None
        trouble = None if error is None else troubles.trouble_of(error)
        reached = running is not None and running.recorder.last is not None
        if running is not None and reached:
            self._unmeasured.append(running)
        self._set_state(RunState.IDLE)
        if running is None:
            return
        if not reached:
            self.ended.emit(RunEnd(running.run, None, trouble))
            self._come_to_rest()
            return
        self._work.do(
            self._work.files,
            running.finish,
            lambda result: self._deliver(
                replace(result, stopped=stopped, trouble=trouble), running
            ),
            fail=lambda error: self._give_up(running, error),
            what="Measuring the result …",
        )

    def _deliver(self, result: StoredResult, running: Running) -> None:
        """Hand over the result, then measure the steps before the last one."""
        recorder = running.recorder
        recorder.add_scalars(result.metrics)
        self.show_again(recorder)
        self._unmeasured.remove(running)
        progress = recorder.progress()
        result = replace(
            result,
            run=recorder.number,
            steps=progress.index + 1,
            planned=progress.total,
            curves=progress.curves,
            sample_starts=progress.sample_starts,
        )
        self.finished.emit(result)
        self.ended.emit(RunEnd(running.run, result, result.trouble))
        self._work.do(
            self._work.files,
            recorder.fill_in,
            lambda _: self._settle(running),
            fail=lambda _: self._settle(running),  # curves with gaps are no reason for an alarm
            what="Measuring the steps …",
        )

    def _settle(self, running: Running) -> None:
        recorder = running.recorder
        self.measured.emit(recorder.number, recorder.progress().curves)
        if not self.busy:
            self.show_again(recorder)
        self._come_to_rest()

    def _give_up(self, running: Running, error: Exception) -> None:
        self._unmeasured.remove(running)
        self.ended.emit(RunEnd(running.run, None, troubles.trouble_of(error)))
        self._come_to_rest()

    def _come_to_rest(self) -> None:
        """Say that nothing is under way any more, unless another run was begun meanwhile."""
        if not self.busy:
            self._settled = True
            self.settled.emit()

    def _set_state(self, state: RunState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)
