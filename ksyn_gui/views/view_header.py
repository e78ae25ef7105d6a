"""The thin row above a picture: its title and what can be chosen about it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QWidget,
)

from ksyn_gui.shortened import paint_shortened

Choice = TypeVar("Choice", bound=StrEnum)


class ViewHeader(QWidget):
    """A title on the left, controls on the right; `keys` stand in the title's tooltip."""

    def __init__(self, title: str, parent: QWidget | None = None, *, keys: str = "") -> None:
        super().__init__(parent)
        self._keys = keys
        self._title = _Title(title, self)
        self._title.setToolTip(keys)
        self._title.setToolTipDuration(_TIME_TO_READ)
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
        """Say what the picture is; shortened where there is no room, whole in the tooltip."""
        self._title.setText(text)
        self._title.setToolTip(f"{text}\n{self._keys}".rstrip())

    def add(self, widget: QWidget) -> None:
        """Add a control on the right."""
        self._row.addWidget(widget)


class _Title(QLabel):
    """One line, shortened at its end where there is no room for all of it."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Need room for all of a short title, and for the beginning of a longer one."""
        hint, short = super().minimumSizeHint(), self.fontMetrics().horizontalAdvance(_SHORT)
        return QSize(min(hint.width(), short), hint.height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint as much of the text as there is room for."""
        painter, room = QPainter(self), self.contentsRect()
        words = self.fontMetrics().elidedText(self.text(), _AT_END, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


class _Choice(QComboBox):
    """A drop-down list that may be narrower than what is chosen."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Need no more room than a few letters and the arrow."""
        return QSize(_NARROWEST_CHOICE, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint as much of the chosen text as there is room for."""
        paint_shortened(self)


_TIME_TO_READ = 8000
"""What a tooltip of several lines takes [ms]."""
_AT_END = Qt.TextElideMode.ElideRight
_SHORT = "Zero-filled"
"""A title no longer than this is never cut: what can be chosen beside it gives way."""
_NARROWEST_CHOICE = 54
"""Width in which a few letters can still be read [pixels]."""


def choice(names: Sequence[str], accessible_name: str, tooltip: str) -> QComboBox:
    """Return a drop-down list that does not take the keys from the picture."""
    box = _Choice()
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
