"""How to reconstruct: the method, its options, the device and the seed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from random import SystemRandom
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ksyn_gui.facts import Engine, MethodFacts
from ksyn_gui.forms import ChoiceBox, Fold, OptionsForm, WholeBox, form_layout
from ksyn_gui.parts import GAP, column, hairline, heading, quiet, scrolled, tool_button
from ksyn_gui.session import Session

_LARGEST_SEED = 2**31 - 1
_MOST_SAMPLES = 256
_NAME = Qt.ItemDataRole.UserRole
_FAMILIES = {"classical": "Classical", "learned": "Learned", "diffusion": "Diffusion"}


class MethodPanel(QWidget):
    """Lists every method (those that cannot run with the reason) and shows the form of one."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._form: OptionsForm | None = None
        self._preparation: OptionsForm | None = None
        self._forms = QVBoxLayout()
        self._preparation_place = QVBoxLayout()
        self.methods = MethodList()
        self.when = quiet("The engine is being loaded …")
        self.device = ChoiceBox()
        self.seed = WholeBox()
        self.samples = WholeBox()
        self.dice = tool_button("dice-five", "Random seed", "Take a random seed")
        self.reset = tool_button(
            "arrow-counter-clockwise", "Default options", "Go back to the method's defaults"
        )
        self.options_part = self._options_part()
        self._lay_out()
        self._connect(session)

    def _lay_out(self) -> None:
        content = QWidget()
        layout = column(content)
        layout.addWidget(self.methods)
        layout.addWidget(self.when)
        layout.addWidget(self.options_part)
        layout.addWidget(hairline())
        layout.addLayout(self._run_options())
        layout.addLayout(self._preparation_place)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _options_part(self) -> QWidget:
        part = QWidget()
        layout = QVBoxLayout(part)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        row = QHBoxLayout()
        row.addWidget(heading("Options"), 1)
        row.addWidget(self.reset)
        layout.addWidget(hairline())
        layout.addLayout(row)
        layout.addLayout(self._forms)
        return part

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
        self.device.currentIndexChanged.connect(
            lambda index: session.plan.set_device(str(self.device.itemData(index)))
        )
        self.seed.valueChanged.connect(session.plan.set_seed)
        self.samples.valueChanged.connect(session.plan.set_samples)
        self.dice.clicked.connect(lambda: session.plan.set_seed(SystemRandom().randrange(100_000)))
        self.reset.clicked.connect(lambda: session.plan.set_options({}))
        session.engine_changed.connect(self._offer)
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
        self._show_device(self._session.plan.device)
        self._show_seed(self._session.plan.seed)
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
            self._forms.removeWidget(self._form)
            self._form.deleteLater()
            self._form = None
        if self._session.engine is None:
            return
        facts = self._session.plan.facts_of(self._session.plan.method)
        self.when.setText(facts.when)
        self._form = OptionsForm(facts.options)
        self._form.set_values(self._session.plan.options)
        self._form.changed.connect(self._session.plan.set_options)
        self._forms.addWidget(self._form)
        self.options_part.setVisible(bool(facts.options))

    def _show_options(self, values: Mapping[str, Any]) -> None:
        if self._form is not None:
            self._form.set_values(values)

    def _show_preparation(self, values: Mapping[str, Any]) -> None:
        if self._preparation is not None:
            self._preparation.set_values(values)

    def _show_device(self, name: str) -> None:
        with QSignalBlocker(self.device):
            self.device.setCurrentIndex(max(self.device.findData(name), 0))

    def _show_seed(self, seed: int) -> None:
        with QSignalBlocker(self.seed):
            self.seed.setValue(seed)


class MethodList(QListWidget):
    """The methods under the names of their families."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Methods")
        self.setToolTip("How the image is made from the measured samples")
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.currentItemChanged.connect(self._choose)

    def offer(self, methods: list[MethodFacts]) -> None:
        """List these methods; what cannot run is listed with the reason."""
        with QSignalBlocker(self):
            self.clear()
            for family, members in groupby(methods, key=lambda facts: facts.family):
                self.addItem(_family_item(_FAMILIES.get(family, family.capitalize())))
                for facts in members:
                    self.addItem(_method_item(facts))
        self.updateGeometry()

    def show_choice(self, name: str) -> None:
        """Mark the method that is chosen."""
        with QSignalBlocker(self):
            for row in range(self.count()):
                if self.item(row).data(_NAME) == name:
                    self.setCurrentRow(row)
                    self.scrollToItem(self.item(row))

    def sizeHint(self) -> QSize:  # noqa: N802
        """Be as high as the list, up to a third of the panel."""
        rows = sum(max(self.sizeHintForRow(row), 0) for row in range(self.count()))
        return QSize(220, max(120, min(rows + 8, 330)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Never be squeezed below the size hint: the panel around it scrolls."""
        return self.sizeHint()

    def _choose(self, item: QListWidgetItem | None) -> None:
        name = None if item is None else item.data(_NAME)
        if name:
            self.chosen.emit(name)


def _family_item(title: str) -> QListWidgetItem:
    item = QListWidgetItem(title.upper())
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = item.font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    font.setBold(True)
    item.setFont(font)
    return item


def _method_item(facts: MethodFacts) -> QListWidgetItem:
    text = f"{facts.title}\n{facts.unavailable}" if facts.unavailable else facts.title
    item = QListWidgetItem(text)
    item.setData(_NAME, facts.name)
    item.setToolTip(facts.unavailable or facts.when)
    if facts.unavailable:
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
    return item
