"""All state of the window that changes, composed of one part an idea.

Panels call a part's methods and listen to its signals; signals are facts and carry the new value.
Arrays leave as numpy (see `ksyn_gui.facts`), in the scan's units. Whatever takes time runs in a
thread; a newer request replaces an older one that has not been answered. torch is imported only by
`ksyn_gui.engine`, after the window is up.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ksyn.errors import OptionError
from ksyn_gui import engine
from ksyn_gui.facts import Engine
from ksyn_gui.state.news import News
from ksyn_gui.state.plan import Plan
from ksyn_gui.state.preview import Preview
from ksyn_gui.state.reconstruction import Reconstruction
from ksyn_gui.state.results import Results
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
    """Engine: what can be chosen here. Arrives a moment after `load_engine`."""

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
        self._connect()

    @property
    def engine(self) -> Engine | None:
        """What can be chosen here; None until the engine is loaded."""
        return self._engine

    def load_engine(self) -> None:
        """Import torch and list what can be chosen; `engine_changed` follows."""
        self.work.do(
            self.work.files, engine.load, self._receive_engine, what="Loading the engine …"
        )

    def new_run(self) -> engine.GuiRun:
        """Return the run of what is on the screen, not begun.

        Raises:
            OptionError: No scan is open, or an option is out of range.
        """
        measured, mask = self.study.measured, self.sampling.mask
        if measured is None or mask is None or self._engine is None:
            raise OptionError("No scan is open yet.", hint="Open a scan, or the demo.")
        return self.plan.run_of(measured, mask)

    def close(self, milliseconds: int = 3000) -> bool:
        """Stop every thread, and return whether all ended in time."""
        ended = [part.close(milliseconds) for part in (self.reconstruction, self.work)]
        return all(ended)

    def _connect(self) -> None:
        """Tie the parts together; none of them knows what it is tied to."""
        self.engine_changed.connect(self.plan.offer)
        self.reconstruction.state_changed.connect(lambda state: self.study.lock(state.active))
        self.reconstruction.finished.connect(self.results.add)
        self.study.scan_changed.connect(lambda _: self.reconstruction.stop())
        self.preview.mask_replaced.connect(self._clear_screen)

    def _receive_engine(self, found: Engine) -> None:
        self._engine = found
        self.engine_changed.emit(found)

    def _clear_screen(self) -> None:
        """Show no step that was made with another mask; a run under way shows its own."""
        if not self.reconstruction.state.active:
            self.screen.clear()
