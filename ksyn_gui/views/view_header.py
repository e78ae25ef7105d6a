"""The thin row above a picture: its title and what can be chosen about it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

Choice = TypeVar("Choice", bound=StrEnum)


class ViewHeader(QWidget):
    """A title on the left, controls on the right."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(title, self)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(6, 2, 4, 2)
        self._row.setSpacing(4)
        self._row.addWidget(self._title, 1)

    @property
    def title(self) -> str:
        """What stands on the left."""
        return self._title.text()

    def set_title(self, text: str) -> None:
        """Say what the picture is; cut off where there is no room, whole in the tooltip."""
        self._title.setText(text)
        self._title.setToolTip(text)

    def add(self, widget: QWidget) -> None:
        """Add a control on the right."""
        self._row.addWidget(widget)


def choice(names: Sequence[str], accessible_name: str, tooltip: str) -> QComboBox:
    """Return a drop-down list that does not take the keys from the picture."""
    box = QComboBox()
    box.addItems([str(name) for name in names])
    box.setAccessibleName(accessible_name)
    box.setToolTip(tooltip)
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box


def after(current: Choice, step: int = 1) -> Choice:
    """Return the member of the same list that comes next, round and round."""
    members = list(type(current))
    return members[(members.index(current) + step) % len(members)]
