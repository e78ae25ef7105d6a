"""Numbers of every step: metrics and data residual, side by side over the same steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Steps and values."""


@dataclass(frozen=True)
class CurveStyle:
    """How one scalar is written and drawn."""

    title: str
    unit: str = ""
    logarithmic: bool = False
    best: str = ""
    """``high`` or ``low`` is better; empty: neither."""


STYLES: Mapping[str, CurveStyle] = {
    "psnr": CurveStyle("PSNR", "dB", best="high"),
    "ssim": CurveStyle("SSIM", best="high"),
    "nmse": CurveStyle("NMSE", logarithmic=True, best="low"),
    "nrmse": CurveStyle("NRMSE", logarithmic=True, best="low"),
    "hfen": CurveStyle("HFEN", best="low"),
    "data_residual": CurveStyle("Data residual", logarithmic=True),
    "sigma": CurveStyle("σ", logarithmic=True),
}
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7f7f7f")
_SYMBOL = "d"


class CurveView(QWidget):
    """Draws one small plot a scalar; a click goes to that step, ← and → to the next one."""

    step_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: dict[str, Curve] = {}
        self._plots: dict[str, Any] = {}
        self._current: int | None = None
        self._wide = True
        self._field: Any = pyqtgraph.GraphicsLayoutWidget(parent=self)
        self._field.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._field.viewport().installEventFilter(self)
        self._drawing = QTimer(self, singleShot=True, interval=30)
        self._drawing.timeout.connect(self.draw_now)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._field)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(90)
        self.setToolTip("Click: go to that step. ← →: previous and next step; Home, End")
        self.setAccessibleName("Metrics and data residual against the step")
        self._restyle()

    @property
    def curves(self) -> Mapping[str, Curve]:
        """Steps and values by name."""
        return self._curves

    @property
    def current(self) -> int | None:
        """The step that is marked."""
        return self._current

    def set_curves(self, curves: Mapping[str, Curve]) -> None:
        """Draw these curves; a faster caller is drawn less often, never later than 30 ms."""
        self._curves = {name: curve for name, curve in curves.items() if len(curve[0])}
        if not self._drawing.isActive():
            self._drawing.start()

    def set_current(self, step: int | None) -> None:
        """Mark the step that is shown elsewhere."""
        self._current = step
        if not self._drawing.isActive():
            self._drawing.start()

    def clear(self) -> None:
        """Draw nothing."""
        self._current = None
        self.set_curves({})

    def value_at(self, name: str, step: int) -> float | None:
        """Return the value of a curve at the last step not after this one."""
        steps, values = self._curves[name]
        place = int(np.searchsorted(steps, step, side="right")) - 1
        return float(values[place]) if place >= 0 else None

    def draw_now(self) -> None:
        """Draw what waits."""
        self._drawing.stop()
        if list(self._plots) != list(self._curves):
            self._rebuild()
        for name, curve in self._curves.items():
            self._draw(name, *curve)
        self.setAccessibleDescription(", ".join(self._words(name) for name in self._curves))

    # --- drawing ------------------------------------------------------------------------------

    def _rebuild(self) -> None:
        self._field.clear()
        self._plots = {}
        first: Any = None
        for number, name in enumerate(self._curves):
            row, column = (0, number) if self._wide else (number, 0)
            plot = self._field.addPlot(row=row, col=column)
            plot.setMenuEnabled(False)
            plot.setMouseEnabled(x=False, y=False)
            plot.hideButtons()
            plot.showGrid(x=True, y=True, alpha=0.15)
            plot.setLogMode(y=_style(name).logarithmic)
            plot.getAxis("left").setWidth(46)
            colour = _COLOURS[number % len(_COLOURS)]
            plot.ksyn_items = _Items(plot, colour, self.palette())
            first = first or plot
            plot.setXLink(first if plot is not first else None)
            self._plots[name] = plot
        self._tick_few()

    def _tick_few(self) -> None:
        for plot in self._plots.values():
            plot.getAxis("bottom").setStyle(maxTickLevel=0)
            plot.getAxis("left").setStyle(maxTickLevel=0)

    def _draw(self, name: str, steps: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        plot, style = self._plots[name], _style(name)
        good = np.isfinite(values) & ((values > 0) | (not style.logarithmic))
        plot.ksyn_items.line.setData(steps[good], values[good])
        plot.ksyn_items.show_current(self._current)
        best = _best(style, steps[good], values[good])
        plot.ksyn_items.best.setData(*([np.array([part]) for part in best] if best else ([], [])))
        plot.setTitle(self._words(name), size="9pt", color=self._ink())

    def _words(self, name: str) -> str:
        style, steps = _style(name), self._curves[name][0]
        step = int(steps[-1]) if self._current is None else self._current
        value = self.value_at(name, step)
        number = "–" if value is None else f"{value:.4g} {style.unit}".rstrip()
        return f"{style.title} {number}"

    def _ink(self) -> str:
        return self.palette().color(QPalette.ColorRole.WindowText).name()

    def _restyle(self) -> None:
        self._field.setBackground(self.palette().color(QPalette.ColorRole.Base))
        self._plots = {}
        self._drawing.start()

    # --- events -------------------------------------------------------------------------------

    def step_at(self, pixel: QPointF) -> int | None:
        """Return the step with a value that is nearest to a pixel of the plots."""
        for name, plot in self._plots.items():
            box = plot.vb.sceneBoundingRect()
            if box.left() <= pixel.x() <= box.right() and box.top() <= pixel.y() <= box.bottom():
                wanted = plot.vb.mapSceneToView(pixel).x()
                steps = self._curves[name][0]
                return int(steps[np.argmin(np.abs(steps - wanted))])
        return None

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take clicks and drags on the plots."""
        kinds = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove)
        if event.type() in kinds and isinstance(event, QMouseEvent):
            if event.buttons() & Qt.MouseButton.LeftButton:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self._choose(self.step_at(self._field.mapToScene(event.position().toPoint())))
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Go to a neighbouring step, the first or the last."""
        steps = self._steps()
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
        key = Qt.Key(event.key())
        if key in ends and len(steps):
            self._choose(int(steps[ends[key]]))
        elif key in moves and len(steps):
            here = steps[-1] if self._current is None else self._current
            place = int(np.argmin(np.abs(steps - here))) + moves[key]
            self._choose(int(steps[min(max(place, 0), len(steps) - 1)]))
        else:
            super().keyPressEvent(event)

    def _steps(self) -> NDArray[np.float64]:
        curves: Sequence[Curve] = list(self._curves.values())
        return max((curve[0] for curve in curves), key=len, default=np.empty(0))

    def _choose(self, step: int | None) -> None:
        if step is not None and step != self._current:
            self.set_current(step)
            self.step_chosen.emit(step)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Put the plots side by side where there is width, and below each other where not."""
        super().resizeEvent(event)
        wide = self.width() > 1.6 * self.height()
        if wide != self._wide:
            self._wide = wide
            self._plots = {}
            self._drawing.start()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_drawing"):
            self._restyle()


class _Items:
    """The line of one plot, the mark of the best step and the line of the current one."""

    def __init__(self, plot: Any, colour: str, palette: QPalette) -> None:  # noqa: ANN401
        ink = palette.color(QPalette.ColorRole.WindowText)
        self.line = plot.plot([], [], pen=pyqtgraph.mkPen(colour, width=2))
        self.best = plot.plot(
            [], [], pen=None, symbol=_SYMBOL, symbolSize=9, symbolBrush=colour, symbolPen=ink
        )
        self.now = pyqtgraph.InfiniteLine(pen=pyqtgraph.mkPen(ink, style=Qt.PenStyle.DashLine))
        self.now.setVisible(False)
        plot.addItem(self.now, ignoreBounds=True)
        for axis in ("left", "bottom"):
            plot.getAxis(axis).setTextPen(ink)
            plot.getAxis(axis).setPen(palette.color(QPalette.ColorRole.Mid))

    def show_current(self, step: int | None) -> None:
        """Move the line of the current step."""
        self.now.setVisible(step is not None)
        if step is not None:
            self.now.setValue(step)


def _style(name: str) -> CurveStyle:
    return STYLES.get(name, CurveStyle(name.replace("_", " ")))


def _best(
    style: CurveStyle, steps: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[float, float] | None:
    """Return step and value of the best one."""
    if not style.best or not len(values):
        return None
    place = int(np.argmax(values) if style.best == "high" else np.argmin(values))
    return float(steps[place]), float(values[place])
