"""An action that is on while its key is held."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent


class HeldKey(QObject):
    """Switches the action off when the key is let go, whatever has the keys by then.

    The action's shortcut switches it on; a menu does both.
    """

    def __init__(self, action: QAction, key: Qt.Key) -> None:
        super().__init__(action)
        self._action, self._key = action, key
        action.setAutoRepeat(False)
        action.toggled.connect(self._watch)

    def _watch(self, on: bool) -> None:
        """See the events of the application only as long as the action is on."""
        application = QCoreApplication.instance()
        if application is not None and on:
            application.installEventFilter(self)
        elif application is not None:
            application.removeEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Switch off when the key is let go, or another program gets the keys."""
        if event.type() == QEvent.Type.ApplicationDeactivate or self._lets_go(event):
            self._action.setChecked(False)
        return False

    def _lets_go(self, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyRelease or not isinstance(event, QKeyEvent):
            return False
        return event.key() == self._key and not event.isAutoRepeat()
