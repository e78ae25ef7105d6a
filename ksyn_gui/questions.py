"""What the window has to ask before it can go on: file names, axes, what becomes of results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ksyn_gui.dialogs.layout_dialog import LayoutDialog
from ksyn_gui.loss_question import Loss, loss_box, loss_of
from ksyn_gui.session import Session
from ksyn_gui.settings import Settings
from ksyn_gui.views.image_view import ImageView

if TYPE_CHECKING:  # the engine is loaded after the window is up
    from ksyn.io.layout import LayoutNeeded
    from ksyn.io.writers.writer import Window


_Button = QMessageBox.StandardButton


class Questions(QObject):
    """Asks, and hands the answer on."""

    picture_wanted = Signal(object)
    """Path: save a picture of the window there."""

    def __init__(
        self, session: Session, settings: Settings, image: ImageView, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._settings, self._window = session, settings, window
        self._image = image
        self._box: QMessageBox | None = None
        session.study.layout_needed.connect(self.ask_layout)
        session.loss_feared.connect(self.ask_unsaved)

    def ask_layout(self, path: Path, needed: LayoutNeeded) -> None:
        """Ask which axis of an array is which, and open it so."""
        layout = LayoutDialog.ask(path, needed, self._window)
        if layout is not None:
            self._session.study.open(path, layout)

    def ask_unsaved(self, go_on: Callable[[], object]) -> None:
        """Ask what becomes of results that were not saved and of a run under way, once.

        Go on unless they are to stay.
        The window goes on meanwhile: nothing waits for the answer.
        """
        if self._box is not None:
            self._box.raise_()
            return
        loss = loss_of(self._session)
        self._box = box = loss_box(loss, self._window)
        box.finished.connect(lambda answer: self._take_answer(answer, loss, go_on))
        box.open()

    def _take_answer(self, answer: int, loss: Loss, go_on: Callable[[], object]) -> None:
        self._box = None
        if answer == _Button.Discard:
            self._discard(loss, go_on)
        elif answer == _Button.Save and self._ask_for_each():
            self._session.results.when_saved(go_on)

    def _discard(self, loss: Loss, go_on: Callable[[], object]) -> None:
        """Go on; ask again where a run has ended meanwhile and its result would be lost, too."""
        if loss_of(self._session).exceeds(loss):
            self.ask_unsaved(go_on)
        else:
            go_on()

    def _ask_for_each(self) -> bool:
        """Ask where each result goes that was not saved; return whether all were given a name."""
        return all(self.ask_result(result.number) for result in self._session.results.unsaved)

    def ask_result(self, number: int) -> bool:
        """Ask where a result goes, and save it there; return whether it was given a name."""
        start = str(self._settings.folder / f"result-{number}.npy")
        engine = self._session.engine
        filters = engine.write_filter if engine else ""
        title = f"Save result {number}"
        name, chosen = QFileDialog.getSaveFileName(self._window, title, start, filters)
        if name:
            path = with_suffix(Path(name), chosen)
            self._session.results.save(number, path, self._window_of(number))
        return bool(name)

    def _window_of(self, number: int) -> Window | None:
        """Return how a result looks on the screen, so that its picture looks alike."""
        shown, result = self._session.screen.shown, self._session.results.get(number)
        if shown is None or shown.run != result.run:
            return None
        return self._image.black_and_white

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
