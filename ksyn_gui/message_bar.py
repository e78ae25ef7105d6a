"""A strip above the pictures that says what went wrong, and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from ksyn_gui.facts import Trouble
from ksyn_gui.parts import GAP, tool_button
from ksyn_gui.theme import icon


class MessageBar(QFrame):
    """Shows one trouble at a time until it is closed or something newer happens."""

    report_requested = Signal(object)
    """Trouble."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "message")
        self.setAccessibleName("Error message")
        self._trouble: Trouble | None = None
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.report = QPushButton("Show report")
        self.close_button = tool_button("x", "Close the message", "Close (Esc)")
        self.sign = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(GAP)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        row.addWidget(self.report)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.report.clicked.connect(lambda: self.report_requested.emit(self._trouble))
        self.close_button.clicked.connect(self.hide)
        self._draw_sign()
        self.hide()

    def show_trouble(self, trouble: Trouble) -> None:
        """Say what went wrong."""
        self._trouble = trouble
        words = [trouble.message, trouble.hint]
        self.text.setText("\n".join(word for word in words if word))
        self.setAccessibleDescription(self.text.text())
        self.report.setVisible(bool(trouble.report))
        self.show()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw_sign()

    def _draw_sign(self) -> None:
        self.sign.setPixmap(icon("warning").pixmap(20, 20))
