"""Shows the report of something that should not have happened."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QWidget

from ksyn_gui.parts import column, heading, quiet


class CrashDialog(QDialog):
    """What happened, and a report to copy; it holds no names of files and no patient data."""

    def __init__(self, summary: str, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something went wrong")
        self.setMinimumSize(640, 420)
        self.report = QPlainTextEdit(report)
        self.report.setReadOnly(True)
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.report.setAccessibleName("Report")
        self.copy = QPushButton("Copy report")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = column(self)
        layout.addWidget(heading(summary))
        layout.addWidget(
            quiet(
                "The window goes on working. If it happens again, please send this report to "
                "whoever looks after K-Syn. It holds no names of files and no patient data."
            )
        )
        layout.addWidget(self.report, 1)
        layout.addWidget(buttons)
