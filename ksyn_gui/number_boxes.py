"""Fields for numbers: any may be typed, and one out of range is replaced by the nearest."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QSizePolicy, QSpinBox

from ksyn_gui.wheel import LeavesWheel

_NARROWEST = 84
"""Width in which a number can still be read [pixels]."""
_MARGIN = 5
"""Between frame and number, as in the other fields [pixels]."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class WholeBox(QSpinBox):
    """A whole number."""

    replaced = Signal(str)
    """Why another number was taken than the one that was typed."""

    def __init__(self) -> None:
        super().__init__()
        self.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        _Typing(self)

    def typed(self) -> int | None:
        """Return the number as it was typed, in range or not."""
        number = _number(self, self.lineEdit().text())
        return int(number) if number.removeprefix("-").isdecimal() else None

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept every whole number while it is typed."""
        number = _number(self, text)
        if number in ("", "-"):
            return QValidator.State.Intermediate, text, position
        if text == self.specialValueText():
            return QValidator.State.Acceptable, text, position
        if not number.removeprefix("-").isdecimal():
            return QValidator.State.Invalid, text, position
        good = self.minimum() <= int(number) <= self.maximum()
        return _state(good=good), text, position


class DecimalBox(QDoubleSpinBox):
    """A number shown with as many digits as it needs, from 1e-12 up."""

    replaced = Signal(str)
    """Why another number was taken than the one that was typed."""

    def __init__(self) -> None:
        super().__init__()
        self.setLocale(QLocale.c())
        self.setDecimals(12)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        _Typing(self)

    def typed(self) -> float | None:
        """Return the number as it was typed, in range or not."""
        try:
            return float(_number(self, self.lineEdit().text()))
        except ValueError:
            return None

    def textFromValue(self, value: float) -> str:  # noqa: N802
        """Return the shortest text of the number."""
        return f"{value:.6g}"

    def valueFromText(self, text: str) -> float:  # noqa: N802
        """Return the number of a text such as ``1e-3``."""
        return float(_number(self, text) or 0)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept every number while it is typed, in scientific notation, too."""
        number = _number(self, text)
        try:
            good = self.minimum() <= float(number) <= self.maximum()
        except ValueError:
            if not set(number.lower()) <= set("0123456789.e+-"):
                return QValidator.State.Invalid, text, position
            good = False
        return _state(good=good), text, position


class _Typing(QObject):
    """Takes the nearest number in range when Return is pressed or the field is left.

    Capital letters, which no number has, go on to the window: Shift+X stops a run from here, too.
    """

    def __init__(self, box: WholeBox | DecimalBox) -> None:
        super().__init__(box)
        self._box = box
        box.setKeyboardTracking(False)
        box.setMinimumWidth(_NARROWEST)  # narrower than its widest value would need
        box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        box.lineEdit().setTextMargins(_MARGIN, 0, 0, 0)  # the style sheet's is left out of account
        box.installEventFilter(self)
        LeavesWheel(box)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Look at the number, and at letters, before the box itself does."""
        if event.type() == QEvent.Type.ShortcutOverride and _is_strange(event):
            event.ignore()
            return True
        entered = isinstance(event, QKeyEvent) and event.key() in _ENTER
        if event.type() == QEvent.Type.FocusOut or (
            entered and event.type() == QEvent.Type.KeyPress
        ):
            self._take_nearest()
        return False

    def _take_nearest(self) -> None:
        box, typed = self._box, self._box.typed()
        if typed is None:
            return
        low, high = box.minimum(), box.maximum()
        nearest = max(low, min(typed, high))
        if nearest != typed:
            box.setValue(nearest)  # type: ignore[arg-type]  # whole where the box is
            box.replaced.emit(f"From {low:g} to {high:g}: {nearest:g} is taken.")


def _is_strange(event: QEvent) -> bool:
    """Return whether a key types a capital letter that no number has: each but E."""
    if not isinstance(event, QKeyEvent) or event.modifiers() != Qt.KeyboardModifier.ShiftModifier:
        return False
    return Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z and event.key() != Qt.Key.Key_E


def _number(box: WholeBox | DecimalBox, text: str) -> str:
    return text.removesuffix(box.suffix()).strip()


def _state(*, good: bool) -> QValidator.State:
    return QValidator.State.Acceptable if good else QValidator.State.Intermediate
