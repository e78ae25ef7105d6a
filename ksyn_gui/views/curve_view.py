"""Numbers of every step: metrics and data residual, side by side over the same steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from ksyn_gui.facts import Curve
from ksyn_gui.views.curve_plot import CurvePlot, StepAxis

Direction = QBoxLayout.Direction
_PERIOD = 1500
"""Least time between two drawings of the curves: one costs half as much as a picture [ms]."""


class CurveView(QWidget):
    """Draws one plot a scalar; a click goes to that step, ← and → to its neighbours."""

    step_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: dict[str, Curve] = {}
        self._starts: tuple[int, ...] = ()
        self._plots: dict[str, CurvePlot] = {}
        self._current: int | None = None
        self._row = QBoxLayout(Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._drawing = QTimer(self, singleShot=True)
        self._drawing.timeout.connect(self.draw_now)
        self._drawn = QElapsedTimer()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(80)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Click: see that step. ← →: neighbouring step. Home, End. ◆: best step")
        self.setAccessibleName("Metrics and data residual of every step")

    @property
    def curves(self) -> Mapping[str, Curve]:
        """Steps and values by name, those without a value left out."""
        return self._curves

    @property
    def sample_starts(self) -> tuple[int, ...]:
        """Steps at which another sample begins, and each curve anew."""
        return self._starts

    @property
    def plots(self) -> list[CurvePlot]:
        """The plots on the screen, from left to right."""
        return [self._plots[name] for name in self._curves if name in self._plots]

    @property
    def current(self) -> int | None:
        """The step that is marked."""
        return self._current

    def set_curves(self, curves: Mapping[str, Curve], sample_starts: tuple[int, ...] = ()) -> None:
        """Draw these: at once after a pause, otherwise when the last drawing is a while ago."""
        self._starts = sample_starts
        self._curves = {name: curve for name, curve in curves.items() if len(curve[0])}
        self._draw_soon()

    def set_current(self, step: int | None) -> None:
        """Mark the step that is shown elsewhere."""
        self._current = step
        if not self._drawing.isActive():
            for plot in self.plots:
                plot.set_shown(step)

    def draw_now(self) -> None:
        """Draw what waits."""
        self._drawing.stop()
        self._drawn.start()
        missing = [name for name in self._curves if name not in self._plots]
        if missing:
            self._make(missing)
        axis = _axis_of(self._curves.values(), self._starts)
        for name, (steps, values) in self._curves.items():
            self._plots[name].set_curve(steps, values, self._current, axis)
        for name, plot in self._plots.items():
            plot.setVisible(name in self._curves)
        self.setAccessibleDescription(", ".join(plot.words for plot in self.plots))

    def _draw_soon(self) -> None:
        if not self._drawing.isActive():
            rested = self._drawn.elapsed() if self._drawn.isValid() else _PERIOD
            self._drawing.start(max(_PERIOD - rested, 0))

    def _make(self, names: list[str]) -> None:
        """Make plots, to be kept for every later run: each takes longer than a picture."""
        for name in names:
            plot = self._plots[name] = CurvePlot(name, self)
            plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        for plot in self.plots:
            self._row.removeWidget(plot)
            self._row.addWidget(plot, 1)

    # --- choosing a step ----------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go to the step under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Follow the pointer while the button is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose_at(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Go to a neighbouring step, the first or the last."""
        steps, key = self._steps(), Qt.Key(event.key())
        if key not in _MOVES or not steps.size:
            super().keyPressEvent(event)
            return
        here = steps[-1] if self._current is None else self._current
        place = int(np.argmin(np.abs(steps - here))) + _MOVES[key]
        self._choose(int(steps[min(max(place, 0), steps.size - 1)]))

    def _choose_at(self, pixel: QPointF) -> None:
        for plot in self.plots:
            if plot.geometry().contains(pixel.toPoint()):
                self._choose(plot.step_at(pixel.x() - plot.x()))

    def _choose(self, step: int | None) -> None:
        if step is not None and step != self._current:
            self.set_current(step)
            self.step_chosen.emit(step)

    def _steps(self) -> NDArray[np.float64]:
        every = (curve[0] for curve in self._curves.values())
        return max(every, key=len, default=np.empty(0))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Put the plots side by side where there is width, and below each other where not."""
        super().resizeEvent(event)
        wide = self.width() > 1.6 * self.height()
        self._row.setDirection(Direction.LeftToRight if wide else Direction.TopToBottom)


def _axis_of(curves: Iterable[Curve], starts: tuple[int, ...]) -> StepAxis | None:
    """Return the steps of all curves together: one that begins later begins further right."""
    ends = [(int(steps[0]), int(steps[-1])) for steps, _ in curves]
    if not ends:
        return None
    firsts, lasts = zip(*ends, strict=True)
    return StepAxis(min(firsts), max(lasts), starts)


_FAR = 10**9
_MOVES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -_FAR, Qt.Key.Key_End: _FAR}
