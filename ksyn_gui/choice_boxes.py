"""Fields for one of several things; what is too long for its field ends in dots."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QPaintEvent, QStandardItemModel
from PySide6.QtWidgets import QComboBox

from ksyn_gui.facts import ModelFacts
from ksyn_gui.shortened import paint_shortened
from ksyn_gui.wheel import LeavesWheel

_TIP = Qt.ItemDataRole.ToolTipRole
_NOT_INSTALLED = "There is no model called {!r} here. `ksyn models` lists those that are installed."


class ChoiceBox(QComboBox):
    """A choice that the wheel changes only when it has the focus."""

    def __init__(self, choices: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.addItems(list(choices))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        LeavesWheel(self)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint as much of the choice as there is room for."""
        paint_shortened(self)


class ModelBox(ChoiceBox):
    """The models that an option may name, by the titles on their cards."""

    def __init__(self, models: Sequence[ModelFacts]) -> None:
        super().__init__()
        self.offer(models)

    @property
    def name(self) -> str:
        """The chosen model's name."""
        return str(self.currentData() or "")

    def offer(self, models: Sequence[ModelFacts]) -> None:
        """List these models; the chosen one stays."""
        name = self.name
        with QSignalBlocker(self):
            self.clear()
            for model in models:
                self._add(model.title, model.name, model.about, enabled=not model.unavailable)
            if name:
                self.show_name(name)

    def show_name(self, name: str) -> None:
        """Show a model; one that is not installed is listed as such."""
        if self.findData(name) < 0:
            self._add(f"{name} (not installed)", name, _NOT_INSTALLED.format(name), enabled=True)
        self.setCurrentIndex(self.findData(name))

    def _add(self, title: str, name: str, about: str, *, enabled: bool) -> None:
        with QSignalBlocker(self):  # the first of them is nobody's choice
            self.addItem(title, name)
        row, items = self.count() - 1, self.model()
        self.setItemData(row, about, _TIP)
        if isinstance(items, QStandardItemModel):
            items.item(row).setEnabled(enabled)
