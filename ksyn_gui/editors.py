"""The widget that fits an option's kind, and the one way to read, write and listen to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from ksyn_gui.choice_boxes import ChoiceBox, ModelBox
from ksyn_gui.facts import ModelFacts
from ksyn_gui.number_boxes import DecimalBox, WholeBox

if TYPE_CHECKING:
    from ksyn.options import OptionInfo

_FAR = 2**31 - 1
"""Limit of a whole number that declares none."""


def editor_of(info: OptionInfo, models: Sequence[ModelFacts]) -> QWidget:
    """Return the editor of an option; `models` are those that it may name."""
    if info.model_of:
        return ModelBox(models)
    if info.choices:
        return ChoiceBox(info.choices)
    if info.kind is bool:
        return QCheckBox()
    if info.kind is int:
        whole = WholeBox()
        whole.setRange(int(_or(info.low, -_FAR)), int(_or(info.high, _FAR)))
        whole.setSuffix(f" {info.unit}" if info.unit else "")
        return whole
    if info.kind is float:
        decimal = DecimalBox()
        decimal.setRange(_or(info.low, -1e12), _or(info.high, 1e12))
        decimal.setSuffix(f" {info.unit}" if info.unit else "")
        return decimal
    return QLineEdit()


def read(editor: QWidget) -> Any:  # noqa: ANN401 - as many kinds as options have
    """Return the value of an editor."""
    if isinstance(editor, (QSpinBox, QDoubleSpinBox)):
        return editor.value()
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    if isinstance(editor, ModelBox):
        return editor.name
    if isinstance(editor, QComboBox):
        return editor.currentText()
    return editor.text() if isinstance(editor, QLineEdit) else None


def write(editor: QWidget, value: Any) -> None:  # noqa: ANN401
    """Show a value in an editor."""
    if isinstance(editor, (QSpinBox, QDoubleSpinBox)):
        editor.setValue(value)
    elif isinstance(editor, QCheckBox):
        editor.setChecked(bool(value))
    elif isinstance(editor, ModelBox):
        editor.show_name(str(value))
    elif isinstance(editor, QComboBox):
        editor.setCurrentText(str(value))
    elif isinstance(editor, QLineEdit):
        editor.setText(str(value))


def changed(editor: QWidget) -> SignalInstance:
    """Return the signal that an editor sends when the user has changed its value."""
    if isinstance(editor, (QSpinBox, QDoubleSpinBox)):
        return editor.valueChanged
    if isinstance(editor, QCheckBox):
        return editor.toggled
    if isinstance(editor, QComboBox):
        return editor.currentTextChanged
    if isinstance(editor, QLineEdit):
        return editor.editingFinished
    raise TypeError(f"{type(editor).__name__} edits no option.")


def _or(limit: float | None, otherwise: float) -> float:
    return otherwise if limit is None else limit
