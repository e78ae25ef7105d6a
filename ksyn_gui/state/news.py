"""What everybody may want to tell the user: notices, troubles, files written."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ksyn_gui.engine import troubles


class News(QObject):
    """Sentences for the frame of the window."""

    notice = Signal(str)
    """A sentence for the status bar."""
    error_raised = Signal(object)
    """Trouble."""
    saved = Signal(object)
    """Path of the file that was written."""

    def raise_error(self, error: Exception) -> None:
        """Tell of an error in words that a user can act on."""
        self.error_raised.emit(troubles.trouble_of(error))
