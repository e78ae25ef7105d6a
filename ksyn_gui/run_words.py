"""What is said of a run: which step or result is on the screen, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass

from ksyn_gui.facts import Progress, RunState, ShownStep, StoredResult

_STATES = {
    RunState.PREPARING: "Preparing coils …",
    RunState.STOPPING: "Stopping …",
    RunState.PAUSED: "Paused",
}


@dataclass(frozen=True, eq=False)
class Sight:
    """What is on the screen, and what runs."""

    state: RunState
    shown: ShownStep | None
    result: StoredResult | None = None
    """What the run of the step shown has come to, if it is over."""
    progress: Progress | None = None
    """Of the newest run, as long as its steps are kept."""
    follows: bool = True
    """Whether the newest run's steps are shown as they come."""
    of_newest: bool = False
    """Whether the step shown is one of the newest run's."""

    @property
    def starting(self) -> bool:
        """Whether the screen waits for a run's first step."""
        return self.state is RunState.PREPARING and self.follows

    @property
    def where(self) -> str:
        """What is on the screen."""
        shown = self.shown
        if self.starting:
            return "Starting"
        if shown is None:
            return "No run yet" if self.progress is None else "–"
        if shown.result is None:
            return f"Step {shown.index + 1} of {shown.total}"
        steps = "step" if shown.index == 0 else "steps"
        return f"Result {shown.result}, {shown.index + 1} {steps}"

    @property
    def outlook(self) -> str:
        """What the run under way still needs, or how that of the step shown has ended."""
        if self.state.active:
            words = self._going_on()
            return words if self.starting or self.of_newest or not words else f"Run: {words}"
        if self.result is None:
            return ""
        return "Failed" if self.result.trouble else "Stopped" if self.result.stopped else ""

    @property
    def part(self) -> tuple[int, int]:
        """Steps made and steps planned: of the run under way, or of what is on the screen."""
        shown, progress = self.shown, self.progress
        if progress is not None and (self.state.active or self.of_newest):
            return progress.index + 1, progress.total
        if shown is None or self.state.active:
            return 0, 1
        return shown.index + 1, shown.total

    def _going_on(self) -> str:
        progress = self.progress
        if self.state is not RunState.RUNNING:
            return _STATES[self.state]
        if progress is None or progress.seconds_left is None:
            return ""
        return f"{duration(progress.seconds_left)} left"


def duration(seconds: float) -> str:
    """Return a time as ``12 s`` or ``3:07 min``."""
    if seconds < 1:
        return "< 1 s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d} min"
    return f"{minutes // 60}:{minutes % 60:02d} h"
