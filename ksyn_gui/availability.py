"""Which actions make sense just now; the others are grey."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ksyn_gui.actions import Actions
from ksyn_gui.facts import RunState
from ksyn_gui.session import Session

_OF_PAIRS = ("arrange", "swap", "flicker")
_OF_STEPS = ("step_back", "step_on", "step_first", "step_last", "replay")


class Availability(QObject):
    """Enables and disables actions as the session changes."""

    def __init__(self, actions: Actions, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._actions, self._session = actions, session
        session.study.scan_changed.connect(lambda _: self._refresh())
        session.reconstruction.state_changed.connect(lambda _: self._refresh())
        session.results.changed.connect(lambda _: self._refresh())
        session.queue.progressed.connect(lambda _: self._refresh())
        session.comparison.changed.connect(lambda _: self._refresh())
        session.screen.kept_changed.connect(self._show_kept)
        self._refresh()
        self._show_kept(session.screen.kept)
        self._enable({"undo": False, "redo": False})

    def _refresh(self) -> None:
        scan = self._session.study.scan is not None
        queued = self._session.queue.progress.busy
        self._enable(_of_run(self._session.reconstruction.state, scan=scan, queued=queued))
        self._enable(dict.fromkeys(_OF_PAIRS, bool(self._session.comparison.pair)))
        self._enable(dict.fromkeys(("acquired", "load_mask", "save_mask"), scan))
        self._enable(_of_results(len(self._session.results.all)))

    def _show_kept(self, kept: list[int]) -> None:
        self._enable(dict.fromkeys(_OF_STEPS, len(kept) > 1))

    def _enable(self, actions: dict[str, bool]) -> None:
        for name, on in actions.items():
            self._actions[name].setEnabled(on)


def _of_run(state: RunState, *, scan: bool, queued: bool) -> dict[str, bool]:
    going = state in (RunState.RUNNING, RunState.PREPARING, RunState.PAUSED)
    return {
        "run": scan and state is RunState.IDLE,
        "compare": scan,
        "pause": going,
        "step": scan and state in (RunState.IDLE, RunState.PAUSED),
        "stop": going or queued,
    }


def _of_results(count: int) -> dict[str, bool]:
    some, several = ("save", "copy_command"), ("result_next", "result_previous")
    return dict.fromkeys(some, count > 0) | dict.fromkeys(several, count > 1)
