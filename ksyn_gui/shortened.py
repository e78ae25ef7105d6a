"""A choice, or what stands there without one; too long for its field it ends in dots."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

_COMBO = QStyle.ComplexControl.CC_ComboBox


def text_room(box: QComboBox) -> int:
    """Return the width that the chosen text has [pixels]."""
    option, field = QStyleOptionComboBox(), QStyle.SubControl.SC_ComboBoxEditField
    box.initStyleOption(option)
    return box.style().subControlRect(_COMBO, option, field, box).width()


def paint_shortened(box: QComboBox) -> None:
    """Paint as much of the chosen text, or of that without a choice, as there is room for."""
    painter, option = QStylePainter(box), QStyleOptionComboBox()
    box.initStyleOption(option)
    right = Qt.TextElideMode.ElideRight
    words = box.currentText() or box.placeholderText()
    option.currentText = box.fontMetrics().elidedText(words, right, text_room(box))
    painter.drawComplexControl(_COMBO, option)
    painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
