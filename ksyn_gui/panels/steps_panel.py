"""The steps of the run: scrub through them, play them, see every number as a curve."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QStyle, QStyleOptionSlider, QToolButton, QWidget

from ksyn_gui.actions import action_info
from ksyn_gui.facts import Curve, Progress, RunState
from ksyn_gui.parts import Steady, column, tool_button
from ksyn_gui.session import Session
from ksyn_gui.theme import icon
from ksyn_gui.views.curve_view import CurveView

FRAMES_PER_SECOND = 15
_CURVES = ("data_residual", "psnr", "ssim")
_ONLY_NUMBERS = (
    "Of this run only the numbers and the result are kept, not the pictures of its steps."
)
_OF_NEWEST = "The slider goes to those of the newest run."
_DRAG = "Drag to see an earlier step; at the right end new steps are followed"


class StepsPanel(QWidget):
    """Scrubber above, curves below: those of the result on the screen, or of the newest run."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._screen, self._reconstruction = session.screen, session.reconstruction
        self._news = session.news
        self._of_run: Mapping[str, Curve] = {}
        self._drawn: Mapping[str, Curve] = {}
        self._starts_of_run: tuple[int, ...] = ()
        self.scrubber = Scrubber()
        self.first, self.back, self.replay, self.on, self.last = (
            _button(name) for name in ("step_first", "step_back", "replay", "step_on", "step_last")
        )
        self.where = Steady("Step 99999 / 99999", "–")
        self.curves = CurveView()
        self._player = QTimer(self)
        self._player.setInterval(1000 // FRAMES_PER_SECOND)
        self._player.timeout.connect(self._play_on)
        self._lay_out()
        self._connect(session)
        self._show_kept([])

    def go(self, way: int) -> None:
        """Show the kept step before (−1) or after (+1) the one on the screen."""
        kept, shown = self._screen.kept, self._shown_index()
        place = bisect_left(kept, shown) - 1 if way < 0 else bisect_right(kept, shown)
        if 0 <= place < len(kept):
            self._screen.show_step(kept[place])

    def go_to_end(self, way: int) -> None:
        """Show the first (−1) or the newest (+1) step."""
        if way > 0:
            self._screen.follow()
        elif self._screen.kept:
            self._screen.show_step(self._screen.kept[0])

    def play_or_rest(self) -> None:
        """Play the kept steps from the one shown, or from the start when that is the last."""
        if self._player.isActive():
            self._rest()
        elif len(self._screen.kept) > 1:
            if self._shown_index() >= self._screen.kept[-1]:
                self.go_to_end(-1)
            self.replay.setIcon(icon("pause"))
            self._player.start()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2)
        for button in (self.first, self.back, self.replay, self.on, self.last):
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self.scrubber, 1)
        row.addSpacing(8)
        row.addWidget(self.where)
        layout = column(self)
        layout.setContentsMargins(10, 6, 10, 6)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.curves, 1)

    def _connect(self, session: Session) -> None:
        self.first.clicked.connect(lambda: self.go_to_end(-1))
        self.back.clicked.connect(lambda: self.go(-1))
        self.replay.clicked.connect(self.play_or_rest)
        self.on.clicked.connect(lambda: self.go(1))
        self.last.clicked.connect(lambda: self.go_to_end(1))
        self.scrubber.scrubbed.connect(session.screen.show_step)
        self.curves.step_chosen.connect(self._choose)
        session.screen.kept_changed.connect(self._show_kept)
        session.reconstruction.stepped.connect(self._show_progress)
        session.screen.step_shown.connect(lambda _: self._show_step())
        session.reconstruction.state_changed.connect(self._show_state)

    def _play_on(self) -> None:
        kept = self._screen.kept
        if not kept or self._shown_index() >= kept[-1]:
            self._rest()
        else:
            self.go(1)

    def _rest(self) -> None:
        if self._player.isActive():  # another icon lays out the whole window anew
            self._player.stop()
            self.replay.setIcon(icon(action_info("replay").icon))

    def _shown_index(self) -> int:
        """Return the step that is shown, the last one for a result; −1 where it is not kept."""
        shown, screen = self._screen.shown, self._screen
        reachable = shown is not None and screen.can_go_to_steps and bool(screen.kept)
        return shown.index if shown is not None and reachable else -1

    def _show_kept(self, kept: list[int]) -> None:
        self.scrubber.set_kept(kept)
        for button in (self.first, self.back, self.replay, self.on, self.last):
            button.setEnabled(len(kept) > 1)
        if not kept:
            self._rest()
            self.scrubber.set_total(0)
            self._of_run = {}
            self._draw_curves(at_once=False)
            self._show_step()

    def _show_progress(self, progress: Progress) -> None:
        going_on = self._reconstruction.state.active
        self.scrubber.set_total(progress.total if going_on else progress.index + 1)
        self._of_run = {name: progress.curve(name) for name in _CURVES}
        self._starts_of_run = progress.sample_starts
        self._draw_curves(at_once=not going_on)

    def _show_step(self) -> None:
        """Say which step or result is on the screen, and mark it."""
        index = self._shown_index()
        if index >= 0:
            self.scrubber.show_step(index)
        self.curves.set_current(index if index >= 0 else None)
        self._draw_curves(at_once=True)
        self._say_where()

    def _draw_curves(self, *, at_once: bool) -> None:
        """Draw those of the result on the screen; without one, the newest run's."""
        shown = self._screen.shown
        curves, starts = self._of_run, self._starts_of_run
        if shown is not None and shown.curves is not None:
            curves, starts = shown.curves, shown.sample_starts
        if curves is self._drawn:
            return
        self._drawn = curves
        self.curves.set_curves({name: curves[name] for name in _CURVES if name in curves}, starts)
        if at_once:
            self.curves.draw_now()

    def _choose(self, index: int) -> None:
        """Go to a step where it is kept; otherwise the curves tell its numbers, and no more."""
        if self._screen.can_go_to_steps:
            self._screen.show_step(index)
        else:
            self._news.notice.emit(_ONLY_NUMBERS)

    def _show_state(self, state: RunState) -> None:
        if state is RunState.PREPARING:
            self._rest()
        if state is RunState.IDLE and self._screen.kept:  # a stopped run has fewer than planned
            self.scrubber.set_total(self._screen.kept[-1] + 1)
            self._say_where()

    def _say_where(self) -> None:
        shown = self._screen.shown
        if shown is not None and shown.result is not None:
            self.where.setText(f"Result {shown.result}")
        elif not self._screen.kept:
            self.where.setText("No steps yet")
        elif shown is not None:
            self.where.setText(f"Step {shown.index + 1} / {self.scrubber.maximum() + 1}")
        else:
            self.where.setText("–")
        self.scrubber.setToolTip(self._slider_words())

    def _slider_words(self) -> str:
        """Return what the slider does, or why it does not go to steps of what is shown."""
        screen = self._screen
        if screen.shown is None or screen.shown.result is None or screen.can_go_to_steps:
            return _DRAG
        return f"{_ONLY_NUMBERS} {_OF_NEWEST}" if screen.kept else _ONLY_NUMBERS


class Scrubber(QSlider):
    """A slider over the steps; small marks stand under those that are kept."""

    scrubbed = Signal(int)
    """The user wants to see this step."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._kept: list[int] = []
        self.setRange(0, 0)
        self.setEnabled(False)
        self.setMinimumHeight(30)
        self.setAccessibleName("Step shown")
        self.setToolTip(_DRAG)
        self.valueChanged.connect(self.scrubbed)

    def set_total(self, total: int) -> None:
        """Say how many steps there will be, or are."""
        with QSignalBlocker(self):
            self.setMaximum(max(total - 1, 0))

    def set_kept(self, kept: list[int]) -> None:
        """Say which steps can be shown."""
        self._kept = kept
        self.setEnabled(len(kept) > 0)
        self.update()

    def show_step(self, index: int) -> None:
        """Move the handle without asking for the step."""
        if not self.isSliderDown():
            with QSignalBlocker(self):
                self.setMaximum(max(self.maximum(), index))
                self.setValue(index)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the slider, and the marks under it."""
        super().paintEvent(event)
        if self.maximum() == 0:
            return
        painter = QPainter(self)
        colour = self.palette().windowText().color()
        colour.setAlphaF(0.45)
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, option, self)
        room = self.width() - handle
        columns = {round(handle / 2 + room * kept / self.maximum()) for kept in self._kept}
        for x in columns:
            painter.fillRect(QRectF(x, self.height() - 4, 1, 3), colour)


def _button(name: str) -> QToolButton:
    info = action_info(name)
    return tool_button(info.icon, info.plain_text, info.tooltip)
