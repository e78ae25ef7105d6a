"""Chooses a sampling pattern, its options and its seed."""

from __future__ import annotations

from random import SystemRandom
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ksyn_gui.choice_boxes import ChoiceBox
from ksyn_gui.engine.masks import AS_ACQUIRED, FROM_FILE, PAINTED
from ksyn_gui.facts import Engine, MaskChoice, PatternFacts
from ksyn_gui.form_rows import form_layout
from ksyn_gui.forms import OptionsForm
from ksyn_gui.number_boxes import WholeBox
from ksyn_gui.parts import GAP, quiet, tool_button

_LARGEST_SEED = 2**31 - 1
_TIP = Qt.ItemDataRole.ToolTipRole
_WHEN = {
    AS_ACQUIRED: "Exactly the samples that the scanner acquired.",
    PAINTED: "Painted by hand. Choose a pattern to start anew.",
    FROM_FILE: "Read from a file.",
}
_NO_SCAN = "Open a scan to choose which of its samples count as measured."


class PatternBox(QWidget):
    """The list of patterns, and the form of the one that is chosen."""

    acquired_wanted = Signal()
    pattern_wanted = Signal(str, object, int)
    """Name, options that differ from their defaults, seed."""

    def __init__(self) -> None:
        super().__init__()
        self._patterns: dict[str, PatternFacts] = {}
        self._form_of: PatternFacts | None = None
        self._kept: dict[str, Any] = {}
        self.form: OptionsForm | None = None
        self.choice = ChoiceBox()
        self.when = quiet("The engine is being loaded …", lines=2)
        self.seed = WholeBox()
        self.dice = tool_button("dice-five", "Another seed", "Draw the pattern with another seed")
        self._form_place = QVBoxLayout()
        self._drawing = QTimer(self, singleShot=True, interval=0)
        self._lay_out()
        self._drawing.timeout.connect(self._ask)
        self.choice.activated.connect(self._choose)
        self.seed.valueChanged.connect(lambda _: self._drawing.start())
        self.dice.clicked.connect(lambda: self.seed.setValue(SystemRandom().randrange(100_000)))

    def offer(self, engine: Engine) -> None:
        """List the patterns there are."""
        self._patterns = {facts.name: facts for facts in engine.patterns}
        with QSignalBlocker(self.choice):
            self.choice.clear()
            self.choice.addItem("As acquired", AS_ACQUIRED)
            for facts in engine.patterns:
                self.choice.addItem(facts.title, facts.name)
                self.choice.setItemData(self.choice.count() - 1, facts.when, _TIP)

    def show_mask(self, mask: MaskChoice | None) -> None:
        """Show how the mask came about."""
        kind = "" if mask is None else mask.kind
        with QSignalBlocker(self.choice):
            self.choice.setCurrentIndex(self.choice.findData(kind))
            self.choice.setPlaceholderText(_placeholder(mask))
        self._show_form(kind)
        self.when.setText(self._when(kind))
        if mask is not None and kind in self._patterns and not self._drawing.isActive():
            self._show_values(mask)

    def option_of(self, mask: MaskChoice, name: str) -> Any:  # noqa: ANN401 - of many kinds
        """Return the value of one option of the mask's pattern; None where it has none."""
        facts = self._patterns.get(mask.kind)
        defaults = {info.name: info.default for info in facts.options} if facts else {}
        return mask.options.get(name, defaults.get(name))

    def _show_values(self, mask: MaskChoice) -> None:
        if self.form is not None:
            self.form.set_values(mask.options)
        with QSignalBlocker(self.seed):
            self.seed.setValue(mask.seed)

    def _when(self, kind: str) -> str:
        if kind in self._patterns:
            return self._patterns[kind].when
        return _WHEN.get(kind, _NO_SCAN)

    def _choose(self, index: int) -> None:
        name = self.choice.itemData(index)
        if name == AS_ACQUIRED:
            self.acquired_wanted.emit()
        elif name is not None:
            self._show_form(str(name))
            self._drawing.start()

    def _ask(self) -> None:
        name = self.choice.currentData()
        if name in self._patterns and self.form is not None:
            self.pattern_wanted.emit(name, self.form.values(), self.seed.value())

    def _show_form(self, kind: str) -> None:
        """Show the options of a pattern; what is painted greys those of the pattern before it."""
        facts = self._patterns.get(kind)
        if facts is not self._form_of and kind != PAINTED:
            self._replace_form(facts)
        for part in (self.form, self.seed, self.dice):
            if part is not None:
                part.setEnabled(facts is not None)

    def _replace_form(self, facts: PatternFacts | None) -> None:
        """Show other options; those shared with the last pattern keep their values."""
        self._remove_form()
        self._form_of = facts
        if facts is not None:
            self.form = self._form(facts)
            self._form_place.addWidget(self.form)

    def _form(self, facts: PatternFacts) -> OptionsForm:
        form, names = OptionsForm(facts.options), {info.name for info in facts.options}
        form.set_values({name: value for name, value in self._kept.items() if name in names})
        form.changed.connect(lambda _: self._drawing.start())
        return form

    def _remove_form(self) -> None:
        if self.form is not None:
            self._kept |= self.form.values()
            self._form_place.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None

    def _lay_out(self) -> None:
        self.choice.setAccessibleName("Sampling pattern")
        self.seed.setAccessibleName("Seed of the pattern")
        self.seed.setToolTip("The same seed draws the same pattern")
        self.seed.setRange(0, _LARGEST_SEED)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.choice)
        layout.addWidget(self.when)
        layout.addLayout(self._form_place)
        layout.addLayout(self._seed_row())

    def _seed_row(self) -> QVBoxLayout:
        box, rows, row = QVBoxLayout(), form_layout(), QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.seed, 1)
        row.addWidget(self.dice)
        rows.addRow("Seed", row)
        box.addLayout(rows)
        return box


def _placeholder(mask: MaskChoice | None) -> str:
    if mask is None:
        return "No scan"
    if mask.kind == FROM_FILE:
        return f"From {mask.path.name}" if mask.path else "From a file"
    return "Painted by hand"
