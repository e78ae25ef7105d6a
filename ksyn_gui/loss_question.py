"""What would be lost, and the question what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from ksyn_gui.facts import StoredResult
from ksyn_gui.session import Session

_Button = QMessageBox.StandardButton
_RUNNING = "A reconstruction is running; closing stops it."
_MEASURING = "A reconstruction has ended; its result is still being measured."


@dataclass(frozen=True)
class Loss:
    """What nobody could bring back, at one moment."""

    under_way: str
    """What is to be said of a run; empty where there is none."""
    results: tuple[StoredResult, ...]
    """Those in no file, oldest first."""

    def __bool__(self) -> bool:
        return bool(self.under_way or self.results)

    def exceeds(self, other: Loss) -> bool:
        """Return whether something is lost that the other loss does not speak of."""
        return not self._things <= other._things

    @property
    def _things(self) -> frozenset[str | int]:
        numbers = (result.number for result in self.results)
        return frozenset(filter(None, (self.under_way, *numbers)))


def loss_of(session: Session) -> Loss:
    """Return what would be lost now."""
    measuring = _MEASURING if session.reconstruction.busy else ""
    return Loss(_RUNNING if session.running else measuring, tuple(session.results.unsaved))


def loss_box(loss: Loss, window: QWidget) -> QMessageBox:
    """Return the question what becomes of what would be lost; its default loses nothing."""
    box = QMessageBox(QMessageBox.Icon.Warning, "K-Syn", "", parent=window)
    box.setText("\n".join(filter(None, (loss.under_way, _unsaved_words(len(loss.results))))))
    box.setInformativeText("\n".join(result.label for result in loss.results))
    save = _Button.Save if loss.results else _Button.NoButton
    box.setStandardButtons(save | _Button.Discard | _Button.Cancel)
    if loss.results:
        box.button(_Button.Save).setText("Save …")
    elif loss.under_way == _RUNNING:
        box.button(_Button.Discard).setText("Stop and close")
    box.setDefaultButton(_Button.Cancel if loss.under_way else _Button.Save)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def _unsaved_words(count: int) -> str:
    what = "A result was" if count == 1 else f"{count} results were"
    return f"{what} not saved." if count else ""
