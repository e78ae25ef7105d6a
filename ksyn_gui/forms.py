"""A form made from the options themselves: limits, units and help come from their declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from ksyn.options import OptionInfo

_ROW = 28
"""Height of a row [pixels]."""
_NARROWEST = 84
"""Width in which a number can still be read [pixels]."""
_FAR = 2**31 - 1
"""Limit of a whole number that declares none."""
_AUTOMATIC = "automatic"
_ACRONYMS = {"acs", "cg", "snr"}


class OptionsForm(QWidget):
    """One row an option; rarely needed ones are folded away."""

    changed = Signal(object)
    """The values that differ from their defaults, by name."""

    def __init__(self, infos: list[OptionInfo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields = {info.name: Field(info, self) for info in infos}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self._rows([f for f in self._fields.values() if not f.info.advanced]))
        advanced = [f for f in self._fields.values() if f.info.advanced]
        if advanced:
            self._add_folded(layout, advanced)
        for field in self._fields.values():
            field.changed.connect(lambda: self.changed.emit(self.values()))

    def values(self) -> dict[str, Any]:
        """Return the values that differ from their defaults."""
        return {
            name: field.value
            for name, field in self._fields.items()
            if field.value != field.info.default
        }

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these values, and defaults for what is left out; `changed` is not sent."""
        for name, field in self._fields.items():
            field.show_value(values.get(name, field.info.default))

    def show_automatic(self, values: Mapping[str, float]) -> None:
        """Say what "automatic" stands for; nothing where it is not known."""
        for name, field in self._fields.items():
            field.show_automatic(values.get(name))

    def field(self, name: str) -> Field:
        """Return the row of one option."""
        return self._fields[name]

    def reset(self) -> None:
        """Go back to the defaults."""
        if self.values():
            self.set_values({})
            self.changed.emit({})

    def _rows(self, fields: list[Field]) -> QFormLayout:
        rows = form_layout()
        for field in fields:
            rows.addRow(field.label, field)
        return rows

    def _add_folded(self, layout: QVBoxLayout, fields: list[Field]) -> None:
        body = QWidget(self)
        rows = self._rows(fields)
        rows.setContentsMargins(0, 0, 0, 0)
        body.setLayout(rows)
        layout.addWidget(Fold("More options", body))
        layout.addWidget(body)


class Field(QWidget):
    """One option: the widget that fits its kind, and "automatic" where that is a value."""

    changed = Signal()

    def __init__(self, info: OptionInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info = info
        self.editor = _editor(info)
        self.automatic = QCheckBox(_AUTOMATIC) if info.optional else None
        self._shown: tuple[Any, Any] = (None, None)
        self.label = QLabel(label_of(info.name))
        self.label.setBuddy(self.editor)
        self.label.setToolTip(_tip(info))
        self._lay_out()
        self._name_for_screen_readers()
        self.show_value(info.default)
        self._connect()

    @property
    def value(self) -> Any:  # noqa: ANN401 - as many kinds as options have
        """The value; None for "automatic"."""
        if self.automatic is not None and self.automatic.isChecked():
            return None
        now = _read(self.editor)
        given, shown_as = self._shown
        return (
            given if now == shown_as and given is not None else now
        )  # a box rounds; what was not touched is not

    def show_value(self, value: object) -> None:
        """Show a value without sending `changed`."""
        blockers = [QSignalBlocker(self.editor)]
        if self.automatic is not None:
            blockers.append(QSignalBlocker(self.automatic))
            self.automatic.setChecked(value is None)
            self.editor.setVisible(value is not None)
        if value is not None:
            _write(self.editor, value)
            self._shown = value, _read(self.editor)
        del blockers

    def show_automatic(self, value: float | None) -> None:
        """Say what "automatic" stands for, and begin there when it is switched off."""
        if self.automatic is None:
            return
        self.automatic.setText(_AUTOMATIC if value is None else f"{_AUTOMATIC} ({value:.3g})")
        if self.automatic.isChecked() and value is not None:
            with QSignalBlocker(self.editor):
                _write(self.editor, value)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.editor, 1)
        if self.automatic is not None:
            row.addWidget(self.automatic)
        self.setFocusProxy(self.editor)

    def _name_for_screen_readers(self) -> None:
        name = label_of(self.info.name)
        self.editor.setAccessibleName(name)
        self.editor.setAccessibleDescription(self.info.help)
        self.editor.setToolTip(_tip(self.info))
        if self.automatic is not None:
            self.automatic.setAccessibleName(f"{name}: automatic")
            self.automatic.setToolTip("Let the method choose.")

    def _connect(self) -> None:
        editor = self.editor
        if isinstance(editor, (QSpinBox, QDoubleSpinBox)):
            editor.valueChanged.connect(self.changed)
        elif isinstance(editor, QCheckBox):
            editor.toggled.connect(self.changed)
        elif isinstance(editor, QComboBox):
            editor.currentTextChanged.connect(self.changed)
        elif isinstance(editor, QLineEdit):
            editor.editingFinished.connect(self.changed)
        if self.automatic is not None:
            self.automatic.toggled.connect(lambda on: editor.setVisible(not on))
            self.automatic.toggled.connect(self.changed)


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


def _let_shrink(box: QWidget) -> None:
    """Let a box be narrower than its widest value would need."""
    box.setMinimumWidth(_NARROWEST)
    box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)


class WholeBox(QSpinBox):
    """A whole number that the wheel changes only when it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        _let_shrink(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Leave the wheel to the panel's scroll bar unless the box has the focus."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class DecimalBox(QDoubleSpinBox):
    """A number shown with as many digits as it needs, from 1e-12 up."""

    def __init__(self) -> None:
        super().__init__()
        _let_shrink(self)
        self.setLocale(QLocale.c())
        self.setDecimals(12)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)

    def textFromValue(self, value: float) -> str:  # noqa: N802
        """Return the shortest text of the number."""
        return f"{value:.6g}"

    def valueFromText(self, text: str) -> float:  # noqa: N802
        """Return the number of a text such as ``1e-3``."""
        return float(text.removesuffix(self.suffix()).strip() or 0)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept scientific notation."""
        return self._state_of(text.removesuffix(self.suffix()).strip()), text, position

    def _state_of(self, number: str) -> QValidator.State:
        try:
            good = self.minimum() <= float(number) <= self.maximum()
        except ValueError:
            good = False
            if not set(number.lower()) <= set("0123456789.e+-"):
                return QValidator.State.Invalid
        return QValidator.State.Acceptable if good else QValidator.State.Intermediate

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Leave the wheel to the panel's scroll bar unless the box has the focus."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class ChoiceBox(QComboBox):
    """A choice that the wheel changes only when it has the focus."""

    def __init__(self, choices: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.addItems(list(choices))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Leave the wheel to the panel's scroll bar unless the box has the focus."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


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


def _tip(info: OptionInfo) -> str:
    limits = [f"at least {info.low:g}"] if info.low is not None else []
    limits += [f"at most {info.high:g}"] if info.high is not None else []
    unit = f" [{info.unit}]" if info.unit else ""
    return f"{info.help}{unit}" + (f" ({', '.join(limits)})" if limits else "")


def _editor(info: OptionInfo) -> QWidget:
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


def _or(limit: float | None, otherwise: float) -> float:
    return otherwise if limit is None else limit


def _read(editor: QWidget) -> Any:  # noqa: ANN401 - as many kinds as options have
    if isinstance(editor, (QSpinBox, QDoubleSpinBox)):
        return editor.value()
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    if isinstance(editor, QComboBox):
        return editor.currentText()
    return editor.text() if isinstance(editor, QLineEdit) else None


def _write(editor: QWidget, value: Any) -> None:  # noqa: ANN401
    if isinstance(editor, (QSpinBox, QDoubleSpinBox)):
        editor.setValue(value)
    elif isinstance(editor, QCheckBox):
        editor.setChecked(bool(value))
    elif isinstance(editor, QComboBox):
        editor.setCurrentText(str(value))
    elif isinstance(editor, QLineEdit):
        editor.setText(str(value))
