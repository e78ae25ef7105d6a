"""What K-Syn is, and what it must not be used for."""

from __future__ import annotations

import platform
import sys

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QWidget

import ksyn
from ksyn.labels import NOT_FOR_DIAGNOSIS
from ksyn_gui.parts import column, hairline, quiet, value

_WARNING = (
    f"{NOT_FOR_DIAGNOSIS}. Images made by K-Syn are computed from incomplete measurements. "
    "Learned and diffusion methods can add structures that are not there and remove structures "
    "that are. They must not be used to decide about a patient."
)


class AboutDialog(QDialog):
    """Name, purpose, warning, versions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About K-Syn")
        self.setFixedWidth(460)
        title = QLabel("K-Syn")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        font.setBold(True)
        title.setFont(font)
        warning = QLabel(_WARNING)
        warning.setWordWrap(True)
        warning.setProperty("role", "warning")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = column(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(quiet("Reconstruct and synthesise MRI k-space, and watch it happen."))
        layout.addWidget(warning)
        layout.addWidget(hairline())
        layout.addLayout(_versions())
        layout.addWidget(buttons)


def _versions() -> QFormLayout:
    torch = sys.modules.get("torch")
    rows = QFormLayout()
    rows.setHorizontalSpacing(20)
    rows.setVerticalSpacing(4)
    for name, version in {
        "Version": ksyn.__version__,
        "Licence": "Apache-2.0",
        "Python": platform.python_version(),
        "Qt": qVersion(),
        "torch": str(getattr(torch, "__version__", "not loaded")),
    }.items():
        rows.addRow(quiet(name), value(version))
    return rows
