"""Every key there is, from the table of actions."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from ksyn_gui.actions import ACTIONS
from ksyn_gui.parts import GAP, column, heading, quiet, scrolled

IN_A_PICTURE = (
    ("Other slice (Shift: ten)", "Wheel, ↑ ↓"),
    ("First, last slice", "Home, End"),
    ("Window ↔ and level ↕ (Shift: ×10)", "Right button, Alt+arrows"),
    ("Move", "Middle button, Space+drag, Ctrl+arrows"),
    ("Zoom", "Ctrl+Wheel, + −"),
    ("Whole picture", "="),
    ("Whole picture, upright, automatic levels", "Ctrl+R"),
    ("Levels: automatic, presets", "0, 1 – 9"),
    ("Keep levels as my own", "Ctrl+9"),
    ("Invert", "I"),
    ("Crosshair", "H, Shift+move"),
    ("Captions", "O"),
    ("Left button: levels, move, zoom, scroll", "W, P, Z, S"),
    ("Magnitude, phase, real …", "M, Shift+M"),
    ("Logarithm", "L"),
    ("Maximise", "Double-click"),
)
"""What a picture does with the mouse, and with the keyboard while it has the focus."""
IN_KSPACE = (
    ("Take the brush, put it away", "B"),
    ("Move the brush, paint, erase", "Arrows, Space, X"),
    ("Width of the brush", "[ ]"),
    ("Lines or points", "T"),
)
"""What k-space does besides."""


class ShortcutsDialog(QDialog):
    """Two columns: what the window does, what a picture does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(940, 680)
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setSpacing(36)
        pictures = [("In a picture", list(IN_A_PICTURE)), ("In k-space", list(IN_KSPACE))]
        columns.addLayout(_side([*pictures, *_menus("Reconstruct", "Help")]))
        columns.addLayout(_side(_menus("File", "Mask", "View")))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = column(self)
        layout.addWidget(scrolled(content), 1)
        layout.addWidget(buttons)


Rows = list[tuple[str, str]]


def _menus(*names: str) -> list[tuple[str, Rows]]:
    found = []
    for menu, infos in groupby(ACTIONS, key=lambda info: info.menu):
        rows = [(info.plain_text, info.every_key_text) for info in infos if info.keys]
        if menu in names and rows:
            found.append((menu, rows))
    return found


def _side(groups: list[tuple[str, Rows]]) -> QVBoxLayout:
    side = QVBoxLayout()
    side.setSpacing(GAP)
    for title, rows in groups:
        side.addWidget(heading(title))
        side.addLayout(_grid(rows))
        side.addSpacing(GAP)
    side.addStretch(1)
    return side


def _grid(rows: Rows) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(4)
    for row, (text, keys) in enumerate(rows):
        key = QLabel(keys)
        key.setProperty("role", "key")
        name = quiet(text)
        name.setWordWrap(False)
        grid.addWidget(name, row, 0)
        grid.addWidget(key, row, 1, Qt.AlignmentFlag.AlignRight)
    grid.setColumnStretch(0, 1)
    return grid
