"""How to reconstruct: the method, its options, the device and the seed."""

from __future__ import annotations

from collections.abc import Mapping
from random import SystemRandom
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ksyn_gui.actions import action_info
from ksyn_gui.choice_boxes import ChoiceBox
from ksyn_gui.facts import Engine, Forecast, MethodFacts
from ksyn_gui.form_rows import Fold, form_layout
from ksyn_gui.forms import OptionsForm
from ksyn_gui.method_list import MethodList
from ksyn_gui.number_boxes import WholeBox
from ksyn_gui.parts import (
    GAP,
    column,
    hairline,
    heading,
    push_button,
    quiet,
    scrolled,
    tool_button,
    warning,
)
from ksyn_gui.session import Session

_LARGEST_SEED = 2**31 - 1
_MOST_SAMPLES = 256
_DEFAULT, _CUSTOM = "default", "my own"
_NO_TICKS = "Compare ticked methods"


class MethodPanel(QWidget):
    """Lists every method (those that cannot run with the reason) and shows the form of one.

    Ticked methods reconstruct one after the other, each with its own options.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._form: OptionsForm | None = None
        self._preparation: OptionsForm | None = None
        self._forms = QVBoxLayout()
        self._preparation_place = QVBoxLayout()
        self.methods = MethodList()
        self.compare = push_button(_NO_TICKS, "git-diff", action_info("compare").tooltip)
        self.untick = tool_button("x-square", "Take all ticks away", "Take all ticks away")
        self.title = heading("Method")
        self.when = quiet("The engine is being loaded …", lines=2)
        self.hints = warning()
        self.preset = ChoiceBox()
        self.preset_label = QLabel("Preset")
        self.device = ChoiceBox()
        self.seed = WholeBox()
        self.samples = WholeBox()
        self.dice = tool_button("dice-five", "Random seed", "Take a random seed")
        self.reset = tool_button(
            "arrow-counter-clockwise", "Default options", "Go back to the method's defaults"
        )
        self._lay_out()
        self._connect(session)

    def _lay_out(self) -> None:
        content = QWidget()
        layout = column(content)
        ticked = QHBoxLayout()
        ticked.addWidget(self.compare, 1)
        ticked.addWidget(self.untick)
        layout.addWidget(self.methods)
        layout.addLayout(ticked)
        layout.addWidget(hairline())
        layout.addLayout(self._title_row())
        layout.addWidget(self.when)
        layout.addWidget(self.hints)
        layout.addLayout(self._forms)
        layout.addWidget(hairline())
        layout.addLayout(self._run_options())
        layout.addLayout(self._preparation_place)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _title_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.preset_label.setBuddy(self.preset)
        self.preset.setAccessibleName("Preset")
        self.preset.setToolTip("Sets of options that belong together")
        row.addWidget(self.title, 1)
        row.addWidget(self.preset_label)
        row.addWidget(self.preset)
        row.addWidget(self.reset)
        return row

    def _run_options(self) -> QVBoxLayout:
        self.device.setAccessibleName("Device")
        self.device.setToolTip("Where to compute")
        self.seed.setRange(0, _LARGEST_SEED)
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("The same seed gives the same result")
        self.samples.setRange(1, _MOST_SAMPLES)
        self.samples.setAccessibleName("Samples")
        self.samples.setToolTip("Average the results of this many seeds")
        seed = QWidget()  # a layout alone would not line up with its label
        seed_row = QHBoxLayout(seed)
        seed_row.setContentsMargins(0, 0, 0, 0)
        seed_row.setSpacing(GAP)
        seed_row.addWidget(self.seed, 1)
        seed_row.addWidget(self.dice)
        rows = form_layout()
        rows.addRow("Device", self.device)
        rows.addRow("Seed", seed)
        rows.addRow("Samples", self.samples)
        box = QVBoxLayout()
        box.addLayout(rows)
        return box

    def _connect(self, session: Session) -> None:
        self.methods.chosen.connect(session.plan.set_method)
        self.methods.ticked.connect(self._show_ticks)
        self.compare.clicked.connect(self.compare_ticked)
        self.untick.clicked.connect(self.methods.clear_ticks)
        self.preset.textActivated.connect(self._choose_preset)
        session.outlook.changed.connect(self._show_forecast)
        session.study.scan_changed.connect(lambda _: self._show_ticks(self.methods.ticks))
        self.device.currentIndexChanged.connect(
            lambda index: session.plan.set_device(str(self.device.itemData(index)))
        )
        self.seed.valueChanged.connect(session.plan.set_seed)
        self.samples.valueChanged.connect(session.plan.set_samples)
        self.dice.clicked.connect(lambda: session.plan.set_seed(SystemRandom().randrange(100_000)))
        self.reset.clicked.connect(lambda: session.plan.set_options({}))
        session.engine_changed.connect(self._offer)
        session.models_changed.connect(self._refresh)
        session.plan.method_changed.connect(self._show_method)
        session.plan.options_changed.connect(self._show_options)
        session.plan.preparation_changed.connect(self._show_preparation)
        session.plan.device_changed.connect(self._show_device)
        session.plan.seed_changed.connect(self._show_seed)
        session.plan.samples_changed.connect(self.samples.setValue)
        if session.engine is not None:
            self._offer(session.engine)

    def _offer(self, engine: Engine) -> None:
        self.methods.offer(engine.methods)
        with QSignalBlocker(self.device):
            self.device.clear()
            for name, title in engine.devices:
                self.device.addItem(title, name)
        self._offer_preparation(engine)
        self._show_ticks(self.methods.ticks)
        self._show_device(self._session.plan.device)
        self._show_seed(self._session.plan.seed)
        self._show_method(self._session.plan.method)

    def _refresh(self, engine: Engine) -> None:
        """Offer the methods and models that there are by now; nothing else is touched."""
        self.methods.refresh(engine.methods)
        self._show_ticks(self.methods.ticks)
        if self._form is not None and self._form.infos == self._facts().options:
            self._form.offer(engine.models)
            self._describe(self._facts())
        else:  # another model is the default
            self._show_method(self._session.plan.method)

    def _offer_preparation(self, engine: Engine) -> None:
        if self._preparation is not None:
            return
        self._preparation = OptionsForm(engine.preparation)
        self._preparation.set_values(self._session.plan.preparation)
        self._preparation.changed.connect(self._session.plan.set_preparation)
        self._preparation_place.addWidget(Fold("Coils", self._preparation))
        self._preparation_place.addWidget(self._preparation)

    def _show_method(self, name: str) -> None:
        self.methods.show_choice(name)
        if self._form is not None:
            self._form.hide()
            self._forms.removeWidget(self._form)
            self._form.deleteLater()
            self._form = None
        if self._session.engine is None:
            return
        facts = self._facts()
        self._describe(facts)
        self._form = OptionsForm(facts.options, models=self._session.engine.models)
        self._form.changed.connect(self._session.plan.set_options)
        self._show_options(self._session.plan.options)
        self._show_forecast(self._session.outlook.forecast)
        self._forms.addWidget(self._form)

    def _describe(self, facts: MethodFacts) -> None:
        """Name the method whose options these are, and say when to use it, or why one cannot."""
        self.title.setText(facts.title)
        self.when.setText(facts.unavailable or facts.when)
        self.reset.setEnabled(bool(facts.options))

    def _show_options(self, values: Mapping[str, Any]) -> None:
        if self._form is not None:
            self._form.set_values(values)
            self._show_preset(values)

    def _show_forecast(self, forecast: Forecast) -> None:
        self.hints.setText("\n".join(forecast.hints))
        self.hints.setVisible(bool(forecast.hints))
        if self._form is not None:
            self._form.show_automatic(forecast.automatic)

    def _show_preset(self, values: Mapping[str, Any]) -> None:
        """Name the set of options that the form holds."""
        sets = self._presets()
        names = [name for name, preset in sets.items() if dict(preset) == dict(values)]
        with QSignalBlocker(self.preset):
            self.preset.clear()
            self.preset.addItems([*sets, *([] if names else [_CUSTOM])])
            self.preset.setCurrentText(names[0] if names else _CUSTOM)
        self.preset.setVisible(len(sets) > 1)
        self.preset_label.setVisible(len(sets) > 1)

    def _choose_preset(self, name: str) -> None:
        if name in self._presets():
            self._session.plan.set_options(self._presets()[name])

    def _presets(self) -> dict[str, Mapping[str, Any]]:
        facts = self._facts()
        return {_DEFAULT: {}, **facts.presets}

    def _facts(self) -> MethodFacts:
        return self._session.plan.facts_of(self._session.plan.method)

    def compare_ticked(self) -> None:
        """Let the ticked methods reconstruct, one after the other."""
        if self.methods.ticks:
            self._session.compare_methods(self.methods.ticks)
        else:
            self._session.news.notice.emit("Tick the methods to compare first.")

    def _show_ticks(self, names: list[str]) -> None:
        count = len(names)
        methods = "method" if count == 1 else "methods"
        self.compare.setText(f"Compare {count} {methods}" if count else _NO_TICKS)
        self.compare.setEnabled(bool(count) and self._session.study.scan is not None)
        self.untick.setEnabled(bool(count))

    def _show_preparation(self, values: Mapping[str, Any]) -> None:
        if self._preparation is not None:
            self._preparation.set_values(values)

    def _show_device(self, name: str) -> None:
        with QSignalBlocker(self.device):
            self.device.setCurrentIndex(max(self.device.findData(name), 0))

    def _show_seed(self, seed: int) -> None:
        with QSignalBlocker(self.seed):
            self.seed.setValue(seed)
