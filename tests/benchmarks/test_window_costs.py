"""What the window costs: to start, to watch a run in, to paint a mask in; ratios in one run."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from pytest_benchmark.fixture import BenchmarkFixture
from pytestqt.qtbot import QtBot

from ksyn import pipeline
from ksyn.io.layout import Layout
from ksyn.phantoms import head_kspace
from ksyn_gui.app import make_application
from ksyn_gui.engine import runs
from ksyn_gui.main_window import MainWindow
from ksyn_gui.session import Session
from ksyn_gui.settings import Settings
from ksyn_gui.theme import Theme

PATIENCE = 120_000
"""Time a busy machine gets [ms]."""
PAINTED = 100
"""Time after which what was said last is on the screen [ms]."""
STREAMS = {
    "cg-sense": ("cg-sense", {}, 41),
    "cg-sense-long": ("cg-sense", {"iterations": 200}, 15),
    "total-variation": ("total-variation", {}, 15),
    "ak-diffusion": ("ak-diffusion", {}, 15),
}
"""Method, options that differ from the defaults, and rounds."""

_SHOWN = """
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print("painted", flush=True)
            QTimer.singleShot(0, QApplication.quit)
        return False
"""
_QT = "from PySide6.QtCore import QEvent, QObject, QTimer\n"
_EMPTY = f"""{_QT}from PySide6.QtWidgets import QApplication, QMainWindow
import pyqtgraph
{_SHOWN}
application, window = QApplication([]), QMainWindow()
plots = pyqtgraph.GraphicsLayoutWidget()
window.setCentralWidget(plots)
window.resize(1440, 900)
painted = Painted()
plots.viewport().installEventFilter(painted)
window.show()
application.exec()
"""
_OURS = f"""from ksyn_gui.__main__ import import_app
app = import_app()
{_QT}from PySide6.QtWidgets import QApplication
{_SHOWN}
application, session = app.make_application(), app.Session()
window = app.make_window(session, app.Theme(application), app.Settings())
painted = Painted()
window.pictures.image.canvas.surface.viewport().installEventFilter(painted)
window.show()
application.exec()
session.close()
"""


def test_start_up(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """The window is painted within 1.5 times the time of an empty one of PySide6 and pyqtgraph."""
    empty: list[float] = []
    ours: list[float] = []

    def setup() -> None:
        empty.append(_started(_EMPTY, tmp_path))

    def start() -> None:
        ours.append(_started(_OURS, tmp_path))

    benchmark.pedantic(start, setup=setup, rounds=9, warmup_rounds=1)
    ratio = min(ours) / min(empty)
    benchmark.extra_info |= {
        "empty window [s]": min(empty),
        "our window [s]": min(ours),
        "ratio": ratio,
    }
    assert ratio < 1.5


def _started(code: str, bytecode: Path) -> float:
    """Return when a program says that it is painted; its modules are compiled already."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    program = [sys.executable, "-c", code]
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == "painted\n"
        return time.perf_counter() - began


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """Return the window with the demo open."""
    session = Session()
    window = MainWindow(session, Theme(make_application(), "dark"), Settings())
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    with qtbot.waitSignal(session.engine_changed, timeout=PATIENCE):
        session.load_engine()
    with qtbot.waitSignal(session.preview.zero_filled_changed, timeout=PATIENCE):
        session.study.open("demo")
    yield window
    window.leave()


class Heart(QObject):
    """Beats in the window's thread; a long time between two beats means that it was blocked."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=1)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


@pytest.fixture(params=STREAMS)
def streaming(request: pytest.FixtureRequest, window: MainWindow) -> tuple[Session, int]:
    """Return the session with a method chosen, and how many rounds to watch it for."""
    method, options, rounds = STREAMS[request.param]
    window.session.plan.set_method(method)
    window.session.plan.set_options(options)
    return window.session, rounds


def test_streaming_costs(
    benchmark: BenchmarkFixture,
    qtbot: QtBot,
    streaming: tuple[Session, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Watching costs at most 5 % over the bare iterator, from the first step to the last.

    Each watched run stands between two bare ones. What follows a run (its result, the numbers of
    the steps before) is not part of it, and is over before the next one begins.
    """
    session, rounds = streaming
    bare: list[float] = []
    watched: list[float] = []
    monkeypatch.setattr(runs.GuiRun, "steps", _timed(watched))
    thread = ThreadPoolExecutor(1)
    _watch(qtbot, session)
    watched.clear()

    benchmark.pedantic(
        lambda: _watch(qtbot, session),
        setup=lambda: bare.append(_bare(session, thread)),
        rounds=rounds,
    )
    bare.append(_bare(session, thread))
    thread.shutdown()
    ratio = _paired(watched, bare)
    benchmark.extra_info |= {
        "bare iterator [s]": median(bare),
        "in the window [s]": median(watched),
        "ratio": ratio,
    }
    assert ratio < 1.05


def test_the_window_is_not_blocked(
    benchmark: BenchmarkFixture, qtbot: QtBot, streaming: tuple[Session, int]
) -> None:
    """The window's thread is never blocked for 50 ms while a run streams, its result included."""
    session, rounds = streaming
    longest: list[float] = []

    def watch() -> None:
        heart = Heart()
        _watch(qtbot, session)
        longest.append(heart.longest)

    benchmark.pedantic(watch, rounds=min(rounds, 7), warmup_rounds=1)
    benchmark.extra_info |= {"longest block [ms]": 1e3 * median(longest)}
    assert median(longest) < 0.05


def _watch(qtbot: QtBot, session: Session) -> None:
    """Run in the window until the last number of the last step is known, and painted."""
    with qtbot.waitSignal(session.reconstruction.settled, timeout=PATIENCE):
        session.reconstruction.start()
    qtbot.wait(PAINTED)


def _paired(watched: list[float], bare: list[float]) -> float:
    """Return the median ratio of a run to those before and after it: other programs come and go."""
    around = [(before + after) / 2 for before, after in itertools.pairwise(bare)]
    return median(time / rest for time, rest in zip(watched, around, strict=True))


def _bare(session: Session, thread: ThreadPoolExecutor) -> float:
    """Return how long the steps take when nobody looks, in a thread as well."""
    run = session.new_run()
    shared = session.study.measured.opened.problems.of  # one problem, as in the window
    steps = iter(pipeline.run(run.recipe, session.study.scan, shared))

    def exhaust() -> float:
        began = time.perf_counter()
        for _ in steps:
            pass
        return time.perf_counter() - began

    return thread.submit(exhaust).result()


def _timed(times: list[float]) -> Callable[[runs.GuiRun], Iterator[object]]:
    """Return `GuiRun.steps`, timed from after the preparation to the end."""

    def steps(self: runs.GuiRun) -> Iterator[object]:
        self.prepare()
        began = time.perf_counter()
        yield from self.run
        times.append(time.perf_counter() - began)

    return steps


class Screen(QObject):
    """Says when the image and the point spread of a new mask are painted."""

    painted = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        canvases = window.pictures.image.canvas, window.mask_panel.spread.canvas
        self._fields = {canvas.surface.viewport() for canvas in canvases}
        self._awaited: set[QObject] = set()
        for field in self._fields:
            field.installEventFilter(self)
        window.session.preview.point_spread_changed.connect(self._await)

    def _await(self, _spread: object) -> None:
        self._awaited = set(self._fields)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Paint and watched in self._awaited:
            self._awaited.remove(watched)
            if not self._awaited:
                self.painted.emit()
        return False


@pytest.mark.parametrize(("n_coils", "n", "limit"), [(8, 256, 0.05), (15, 320, 0.12)])
def test_stroke(
    benchmark: BenchmarkFixture,
    qtbot: QtBot,
    window: MainWindow,
    tmp_path: Path,
    n_coils: int,
    n: int,
    limit: float,
) -> None:
    """From one line painted to its zero-filled image and point spread on the screen."""
    session, panel = window.session, window.mask_panel
    path = tmp_path / "head.npy"
    np.save(path, head_kspace((n, n), n_coils).samples[0].numpy())
    with qtbot.waitSignal(session.preview.zero_filled_changed, timeout=PATIENCE):
        session.study.open(path, Layout(axes=("coil", "ky", "kx"), domain="kspace"))
    window.docks["mask"].raise_()
    qtbot.waitUntil(panel.spread.isVisible)
    screen, columns = Screen(window), iter(range(2, 250))

    def stroke() -> None:
        column = next(columns)
        measured = bool(session.sampling.mask.samples[0, 0, column])
        with qtbot.waitSignal(screen.painted, timeout=PATIENCE):
            panel.begin_stroke()
            panel.stroke((10, column), (10, column), measured)
            panel.end_stroke()

    benchmark.pedantic(stroke, rounds=40, warmup_rounds=3)
    benchmark.extra_info |= {"limit [s]": limit}
    assert benchmark.stats.stats.median < limit
