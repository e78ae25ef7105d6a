"""Type a few letters of what you want done."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QWidget

from ksyn_gui.actions import action_info
from ksyn_gui.parts import column

_PLACE = Qt.ItemDataRole.UserRole


class CommandDialog(QDialog):
    """Lists the actions that can be done now; Enter does the one that is marked."""

    def __init__(self, actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find a command")
        self.resize(480, 400)
        self._actions = [action for action in actions if action.isEnabled()]
        self.words = QLineEdit()
        self.words.setPlaceholderText("What do you want to do?")
        self.words.setAccessibleName("Words of the command")
        self.words.setClearButtonEnabled(True)
        self.found = QListWidget()
        self.found.setAccessibleName("Commands")
        layout = column(self)
        layout.addWidget(self.words)
        layout.addWidget(self.found, 1)
        self.words.textChanged.connect(self._find)
        self.words.returnPressed.connect(self._do)
        self.words.installEventFilter(self)
        self.found.itemActivated.connect(self._do)
        self._find("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Let the arrow keys move the mark while words are typed."""
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            way = moves.get(Qt.Key(event.key()))
            if way is not None and self.found.count():
                self.found.setCurrentRow((self.found.currentRow() + way) % self.found.count())
                return True
        return super().eventFilter(watched, event)

    def _find(self, text: str) -> None:
        self.found.clear()
        words = text.lower().split()
        for place, action in enumerate(self._actions):
            info = action_info(action.objectName())
            title = f"{info.menu}: {info.plain_text}"
            if all(word in f"{title} {info.tip}".lower() for word in words):
                keys = f"   {info.key_text}" if info.keys else ""
                item = QListWidgetItem(action.icon(), f"{title}{keys}")
                item.setData(_PLACE, place)
                self.found.addItem(item)
        self.found.setCurrentRow(0)

    def _do(self) -> None:
        item = self.found.currentItem()
        self.accept()
        if item is not None:
            self._actions[int(item.data(_PLACE))].trigger()
