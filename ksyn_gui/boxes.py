"""Fields for numbers and choices that leave the wheel to the panel around them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QStandardItemModel, QValidator, QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSizePolicy, QSpinBox, QWidget

from ksyn_gui.facts import ModelFacts

_NARROWEST = 84
"""Width in which a number can still be read [pixels]."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TIP = Qt.ItemDataRole.ToolTipRole


class WholeBox(QSpinBox):
    """A whole number; one out of range may be typed, and is then replaced by the nearest."""

    replaced = Signal(str)
    """Why another number was taken than the one that was typed."""

    def __init__(self) -> None:
        super().__init__()
        _let_shrink(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept every whole number while it is typed."""
        number = text.removesuffix(self.suffix()).strip()
        if number in ("", "-"):
            return QValidator.State.Intermediate, text, position
        if text == self.specialValueText():
            return QValidator.State.Acceptable, text, position
        if not number.removeprefix("-").isdecimal():
            return QValidator.State.Invalid, text, position
        good = self.minimum() <= int(number) <= self.maximum()
        return _state(good=good), text, position

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Take the number when Return is pressed."""
        if event.key() in _ENTER:
            self._replace()
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Take the number when the field is left."""
        self._replace()
        super().focusOutEvent(event)

    def _replace(self) -> None:
        typed = self.lineEdit().text().removesuffix(self.suffix()).strip()
        if typed.removeprefix("-").isdecimal():
            nearest = max(self.minimum(), min(int(typed), self.maximum()))
            if nearest != int(typed):
                self.setValue(nearest)
                self.replaced.emit(_range_words(self.minimum(), self.maximum(), nearest))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Leave the wheel to the panel's scroll bar unless the box has the focus."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class DecimalBox(QDoubleSpinBox):
    """A number shown with as many digits as it needs, from 1e-12 up."""

    replaced = Signal(str)
    """Why another number was taken than the one that was typed."""

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
        return float(self._number(text) or 0)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept every number while it is typed, in scientific notation, too."""
        number = self._number(text)
        try:
            good = self.minimum() <= float(number) <= self.maximum()
        except ValueError:
            if not set(number.lower()) <= set("0123456789.e+-"):
                return QValidator.State.Invalid, text, position
            good = False
        return _state(good=good), text, position

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Take the number when Return is pressed."""
        if event.key() in _ENTER:
            self._replace()
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Take the number when the field is left."""
        self._replace()
        super().focusOutEvent(event)

    def _replace(self) -> None:
        try:
            typed = float(self._number(self.lineEdit().text()))
        except ValueError:
            return
        nearest = max(self.minimum(), min(typed, self.maximum()))
        if nearest != typed:
            self.setValue(nearest)
            self.replaced.emit(_range_words(self.minimum(), self.maximum(), nearest))

    def _number(self, text: str) -> str:
        return text.removesuffix(self.suffix()).strip()

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


class ModelBox(ChoiceBox):
    """The models that an option may name, by the titles on their cards."""

    def __init__(self, models: Sequence[ModelFacts]) -> None:
        super().__init__()
        for model in models:
            self._add(model.title, model.name, model.about, enabled=not model.unavailable)

    @property
    def name(self) -> str:
        """The chosen model's name."""
        return str(self.currentData() or "")

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


_NOT_INSTALLED = "There is no model called {!r} here. `ksyn models` lists those that are installed."


def _state(*, good: bool) -> QValidator.State:
    return QValidator.State.Acceptable if good else QValidator.State.Intermediate


def _range_words(low: float, high: float, taken: float) -> str:
    return f"From {low:g} to {high:g}: {taken:g} is taken."


def _let_shrink(box: QWidget) -> None:
    """Let a box be narrower than its widest value would need."""
    box.setMinimumWidth(_NARROWEST)
    box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
