"""A form made from the options themselves: limits, units and help come from their declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ksyn_gui import editors
from ksyn_gui.choice_boxes import ModelBox
from ksyn_gui.facts import ModelFacts
from ksyn_gui.form_rows import Fold, form_layout, label_of
from ksyn_gui.note import Note
from ksyn_gui.number_boxes import DecimalBox, WholeBox

if TYPE_CHECKING:
    from ksyn.options import OptionInfo

_AUTOMATIC = "automatic"
Models = Mapping[str, Sequence[ModelFacts]]
"""The models that options may name, by what an option declares it names."""


class OptionsForm(QWidget):
    """One row an option; rarely needed ones are folded away."""

    changed = Signal(object)
    """The values that differ from their defaults, by name."""

    def __init__(
        self,
        infos: list[OptionInfo],
        parent: QWidget | None = None,
        *,
        models: Models | None = None,
    ) -> None:
        super().__init__(parent)
        known = models or {}
        self.infos = infos
        self._fields = {i.name: Field(i, known.get(i.model_of, ()), self) for i in infos}
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

    def offer(self, models: Models) -> None:
        """Offer these models from now on; values stay."""
        for field in self._fields.values():
            if isinstance(field.editor, ModelBox):
                field.editor.offer(models.get(field.info.model_of, ()))

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
            if isinstance(field.editor, ModelBox):  # titles are long: a row of its own
                rows.addRow(field.label)
                rows.addRow(field)
            else:
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

    def __init__(
        self,
        info: OptionInfo,
        models: Sequence[ModelFacts] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.info = info
        self.editor = editors.editor_of(info, models)
        self.remark = Note(self)
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
        now = editors.read(self.editor)
        given, shown_as = self._shown
        # A box rounds; what was not touched is not.
        return given if now == shown_as and given is not None else now

    def show_value(self, value: object) -> None:
        """Show a value without sending `changed`; another one ends what was said of the last."""
        if value != self.value:
            self.remark.hide()
        blockers = [QSignalBlocker(self.editor)]
        if self.automatic is not None:
            blockers.append(QSignalBlocker(self.automatic))
            self.automatic.setChecked(value is None)
            self.editor.setVisible(value is not None)
        if value is not None:
            editors.write(self.editor, value)
            self._shown = value, editors.read(self.editor)
        del blockers

    def show_automatic(self, value: float | None) -> None:
        """Say what "automatic" stands for, and begin there when it is switched off."""
        if self.automatic is None:
            return
        self.automatic.setText(_AUTOMATIC if value is None else f"{_AUTOMATIC} ({value:.3g})")
        if self.automatic.isChecked() and value is not None:
            with QSignalBlocker(self.editor):
                editors.write(self.editor, value)

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
        self.destroyed.connect(self.remark.deleteLater)  # it may have moved to the panel
        editors.changed(editor).connect(self._take_change)
        if isinstance(editor, (WholeBox, DecimalBox)):
            editor.replaced.connect(self._remark)
        if self.automatic is not None:
            self.automatic.toggled.connect(lambda on: editor.setVisible(not on))
            self.automatic.toggled.connect(self._take_change)

    def _take_change(self) -> None:
        self.remark.hide()
        self.changed.emit()

    def _remark(self, words: str) -> None:
        """Say what became of what was typed, until something else is."""
        self.remark.say(words, self)


def _tip(info: OptionInfo) -> str:
    limits = [f"at least {info.low:g}"] if info.low is not None else []
    limits += [f"at most {info.high:g}"] if info.high is not None else []
    unit = f" [{info.unit}]" if info.unit else ""
    return f"{info.help}{unit}" + (f" ({', '.join(limits)})" if limits else "")
