"""Run, pause, step, stop; how far it is, and how good is what is on the screen."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from ksyn_gui.actions import action_info
from ksyn_gui.facts import Progress, RunEnd, RunState, ShownStep
from ksyn_gui.parts import GAP, ProgressBar, Steady, column, push_button, quiet, tool_button
from ksyn_gui.run_words import Sight
from ksyn_gui.scalars import scalar_text, scalar_title
from ksyn_gui.session import Session
from ksyn_gui.theme import icon

_FIRST = ("data_residual", "psnr", "ssim", "nmse")
"""Scalars worth standing in the panel, in this order."""
_HIGHEST = 180
"""The panel needs no more; its neighbours do [pixels]."""


class RunPanel(QWidget):
    """The buttons of the run, its progress, and the numbers of what is on the screen."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._progress: Progress | None = None
        self._failed = False
        self.run = push_button("Run", "play", action_info("run").tooltip, main=True)
        self.pause = _button("pause")
        self.step = _button("step")
        self.stop = _button("stop")
        self.bar = ProgressBar()
        self.where = Steady("Step 99999 of 99999", "No run yet")
        self.left = Steady("Preparing coils …", role="quiet")
        self.numbers = Numbers()
        self._lay_out()
        self._connect(session)
        self._show_state(session.reconstruction.state)

    def _lay_out(self) -> None:
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the run")
        self.left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addWidget(self.run, 1)
        for button in (self.pause, self.step, self.stop):
            buttons.addWidget(button)
        words = QHBoxLayout()
        words.addWidget(self.where)
        words.addStretch(1)
        words.addWidget(self.left)
        layout = column(self)
        layout.addLayout(buttons)
        layout.addWidget(self.bar)
        layout.addLayout(words)
        layout.addWidget(self.numbers)
        layout.addStretch(1)
        self.setMaximumHeight(_HIGHEST)

    def _connect(self, session: Session) -> None:
        self.run.clicked.connect(lambda: session.reconstruction.start())
        self.pause.clicked.connect(session.reconstruction.pause_or_resume)
        self.step.clicked.connect(session.reconstruction.step)
        self.stop.clicked.connect(session.stop)
        session.reconstruction.state_changed.connect(self._show_state)
        session.reconstruction.stepped.connect(self._take_progress)
        session.reconstruction.ended.connect(self._take_end)
        session.results.changed.connect(lambda _: self._describe())
        session.screen.step_shown.connect(lambda _: self._describe())
        session.screen.following_changed.connect(lambda _: self._describe())
        session.screen.kept_changed.connect(self._take_kept)
        session.study.scan_changed.connect(lambda _: self._show_state(session.reconstruction.state))

    # --- what the session says ----------------------------------------------------------------

    def _show_state(self, state: RunState) -> None:
        self._failed = self._failed and not state.active
        paused = state is RunState.PAUSED
        ready = self._session.study.scan is not None
        going = state in (RunState.RUNNING, RunState.PREPARING)
        self.run.setEnabled(ready and state is RunState.IDLE)
        self.pause.setEnabled(going or paused)
        self._name_pause("Resume" if paused else "Pause")
        self.step.setEnabled(ready and state in (RunState.IDLE, RunState.PAUSED))
        self.stop.setEnabled(going or paused)
        if state is RunState.PREPARING:
            self.bar.wait()
        else:
            self.bar.settle()
        self._describe()

    def _take_progress(self, progress: Progress) -> None:
        self._progress = progress
        self._describe()

    def _take_kept(self, kept: list[int]) -> None:
        """Speak no more of a run whose steps are gone: another one begins, or another slice."""
        if not kept:
            self._progress, self._failed = None, False
            self._describe()

    def _take_end(self, end: RunEnd) -> None:
        self._failed = end.result is None and end.trouble is not None
        self._describe()

    def _describe(self) -> None:
        """Speak of what is on the screen, and of the run under way."""
        sight = self._sight()
        self.where.setText(sight.where)
        failed = self._failed and sight.shown is None
        self.left.setText("Failed" if failed else sight.outlook)
        if sight.state is not RunState.PREPARING:
            self.bar.show_part(*sight.part)
        self._show_numbers(None if sight.starting else sight.shown)

    def _sight(self) -> Sight:
        session, shown = self._session, self._session.screen.shown
        return Sight(
            session.reconstruction.state,
            shown,
            None if shown is None else session.results.of_run(shown.run),
            self._progress,
            session.screen.following,
            session.screen.shows_newest_run,
        )

    def _name_pause(self, name: str) -> None:
        if name != self.pause.accessibleName():  # another icon lays out the whole window anew
            self.pause.setAccessibleName(name)
            self.pause.setIcon(icon("play" if name == "Resume" else "pause"))

    def _show_numbers(self, step: ShownStep | None) -> None:
        scalars = {} if step is None else dict(step.scalars)
        missing = {name: self._why_missing(name) for name in _FIRST if name not in scalars}
        self.numbers.show_scalars(scalars, missing)

    def _why_missing(self, name: str) -> str:
        """Return why a metric is not shown; empty where it only takes its time."""
        study, engine = self._session.study, self._session.engine
        if study.scan is None or engine is None or name not in engine.smallest_sides:
            return ""
        if study.measured is not None and study.reference is None:
            return "The scan is not fully sampled: there is no reference to compare with."
        side, (ny, nx) = engine.smallest_sides[name], study.scan.matrix
        if min(ny, nx) < side:
            title = scalar_title(name)
            return f"{title} compares {side} × {side} pixels; the image has {ny} × {nx}."
        return ""


class Numbers(QWidget):
    """A few scalars, two in a row."""

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(2)
        for place, name in enumerate(_FIRST):
            row, across = divmod(place, 2)
            title = quiet(scalar_title(name))
            title.setWordWrap(False)
            shown = Steady("0.00e+00 dB", "–")
            self._grid.addWidget(title, row, 2 * across)
            self._grid.addWidget(shown, row, 2 * across + 1)
            self._values[name] = shown
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)

    def label(self, name: str) -> QLabel:
        """Return where a number stands."""
        return self._values[name]

    def show_scalars(self, scalars: Mapping[str, float], missing: Mapping[str, str]) -> None:
        """Show these numbers; a dash where there is none, with the reason as its tooltip."""
        for name, label in self._values.items():
            label.setText(scalar_text(name, scalars[name]) if name in scalars else "–")
            label.setToolTip(missing.get(name, ""))


def _button(name: str) -> QToolButton:
    info = action_info(name)
    button = tool_button(info.icon, info.plain_text, info.tooltip)
    button.setProperty("role", "framed")
    button.setIconSize(QSize(18, 18))
    return button
