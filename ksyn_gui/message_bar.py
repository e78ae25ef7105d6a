"""A strip above the pictures: what went wrong and what to do about it, or what can be undone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from ksyn_gui.actions import action_info
from ksyn_gui.facts import Trouble
from ksyn_gui.parts import GAP, tool_button
from ksyn_gui.theme import icon


class MessageBar(QFrame):
    """Shows one message at a time until it is closed or something newer happens."""

    report_requested = Signal(object)
    """Trouble."""
    undo_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "message")
        self.setAccessibleName("Message")
        self._trouble: Trouble | None = None
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.report = QPushButton("Show report")
        self.undo = QPushButton("Undo")
        self.undo.setToolTip(action_info("undo").tooltip)
        self.close_button = tool_button("x", "Close the message", "Close (Esc)")
        self.sign = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(GAP)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        row.addWidget(self.undo)
        row.addWidget(self.report)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.report.clicked.connect(lambda: self.report_requested.emit(self._trouble))
        self.undo.clicked.connect(self.undo_requested)
        self.close_button.clicked.connect(self.hide)
        self._draw_sign()
        self.hide()

    @property
    def offers_undo(self) -> bool:
        """Whether what it says can be undone."""
        return not self.isHidden() and self._trouble is None

    def show_trouble(self, trouble: Trouble) -> None:
        """Say what went wrong."""
        self._trouble = trouble
        self._say("\n".join(word for word in (trouble.message, trouble.hint) if word))

    def offer_undo(self, what: str) -> None:
        """Say what was done, and offer to take it back."""
        self._trouble = None
        self._say(what)

    def _say(self, words: str) -> None:
        self.text.setText(words)
        self.setAccessibleDescription(words)
        self.undo.setVisible(self._trouble is None)
        self.report.setVisible(self._trouble is not None and bool(self._trouble.report))
        self.setProperty("undoable", self._trouble is None)
        self.style().polish(self)
        self.show()
        self._draw_sign()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw_sign()

    def _draw_sign(self) -> None:
        self.sign.setPixmap(icon("trash" if self.offers_undo else "warning").pixmap(20, 20))
