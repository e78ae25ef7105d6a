"""How forms are laid out: labels level with their fields, what is rarely needed folded away."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QSizePolicy, QToolButton, QWidget

_ROW = 28
"""Height of a row [pixels]."""
_ACRONYMS = {"acs", "cg", "snr"}


class FormRows(QFormLayout):
    """Rows whose labels stand level with what they name."""

    def addRow(self, *parts: Any) -> None:  # noqa: N802, ANN401 - Qt's own many signatures
        """Add a row of a text or label, and a widget or layout."""
        name, field = parts if len(parts) == 2 else (None, None)
        if isinstance(name, str):
            buddy, name = (field if isinstance(field, QWidget) else None), QLabel(name)
            if buddy is not None:
                name.setBuddy(buddy)
        if isinstance(name, QLabel):
            name.setMinimumHeight(_ROW)
        super().addRow(*((name, field) if name is not None else parts))


def form_layout() -> FormRows:
    """Return the one way in which labels and fields are aligned."""
    rows = FormRows()
    rows.setHorizontalSpacing(12)
    rows.setVerticalSpacing(7)
    rows.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
    return rows


def label_of(name: str) -> str:
    """Return an option's name as a label: ``map_sets`` → ``Map sets``, ``snr`` → ``SNR``."""
    words = " ".join(w.upper() if w in _ACRONYMS else w for w in name.split("_"))
    return words[:1].upper() + words[1:]


class Fold(QToolButton):
    """A heading that shows or hides what stands under it."""

    def __init__(self, title: str, body: QWidget, *, open: bool = False) -> None:  # noqa: A002
        super().__init__()
        self._body = body
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(open)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("role", "fold")
        self.setAccessibleName(title)
        self.toggled.connect(self._show)
        self._show(open)

    def _show(self, on: bool) -> None:
        self.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        self._body.setVisible(on)
