"""What the window has to ask for before it can go on: file names, and which axis is which."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from ksyn_gui.dialogs.layout_dialog import LayoutDialog
from ksyn_gui.session import Session
from ksyn_gui.settings import Settings

if TYPE_CHECKING:  # the engine is loaded after the window is up
    from ksyn.io.layout import LayoutNeeded


class Questions(QObject):
    """Asks, and hands the answer on."""

    picture_wanted = Signal(object)
    """Path: save a picture of the window there."""

    def __init__(self, session: Session, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._settings, self._window = session, settings, window
        session.study.layout_needed.connect(self.ask_layout)

    def ask_layout(self, path: Path, needed: LayoutNeeded) -> None:
        """Ask which axis of an array is which, and open it so."""
        layout = LayoutDialog.ask(path, needed, self._window)
        if layout is not None:
            self._session.study.open(path, layout)

    def ask_result(self, number: int) -> None:
        """Ask where a result goes, and save it there."""
        start = str(self._settings.folder / f"result-{number}.npy")
        engine = self._session.engine
        filters = engine.write_filter if engine else ""
        name, chosen = QFileDialog.getSaveFileName(self._window, "Save the result", start, filters)
        if name:
            self._session.results.save(number, with_suffix(Path(name), chosen))

    def ask_picture(self) -> None:
        """Ask where a picture of the window goes."""
        start, kinds = str(self._settings.folder / "ksyn.png"), "Picture (*.png)"
        name, _ = QFileDialog.getSaveFileName(self._window, "Save the picture", start, kinds)
        if name:
            self.picture_wanted.emit(Path(name))


def with_suffix(path: Path, chosen_filter: str) -> Path:
    """Return the path with the suffix of the chosen filter, if it has none."""
    suffix = chosen_filter.rpartition("(*")[2].rstrip(")").split()[0] if chosen_filter else ".npy"
    return path if path.suffix else path.with_name(path.name + suffix)
