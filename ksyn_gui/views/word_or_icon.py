"""A button that is a word, and its icon where there is no room for the word."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
)

from ksyn_gui.theme import icon

_BESIDE_ICON = 14
"""Frame and padding [pixels]."""
_AS_ICON = Qt.ToolButtonStyle.ToolButtonIconOnly


class WordOrIcon(QToolButton):
    """Says its word, or shows its icon; whole either way."""

    def __init__(self, word: str, icon_name: str) -> None:
        super().__init__()
        self.setText(word)
        self.setIcon(icon(icon_name))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setAutoRaise(True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    @property
    def shows_word(self) -> bool:
        """Whether there is room for the word."""
        return self.width() >= self.sizeHint().width()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Need no more room than the icon."""
        return QSize(self.iconSize().width() + _BESIDE_ICON, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint the one that there is room for."""
        painter, option = QStylePainter(self), QStyleOptionToolButton()
        self.initStyleOption(option)
        if not self.shows_word:
            option.toolButtonStyle = _AS_ICON
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
