"""Where in the scan we are: a slider and a number for one of several slices, frames or coils."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLabel, QSlider, QWidget

from ksyn_gui.engine.scans import COMBINED
from ksyn_gui.number_boxes import WholeBox
from ksyn_gui.wheel import LeavesWheel


class Position(QObject):
    """One of several things: a slider for the hand, a number for the exact one.

    It is laid out by the panel, so that labels, sliders and numbers of all stand in columns.

    Args:
        name: What there are several of.
        parent: The panel.
        all_together: Whether the place before the first stands for all of them.
    """

    chosen = Signal(int)
    """Index, from 0; `COMBINED` for all."""

    def __init__(self, name: str, parent: QWidget, *, all_together: bool = False) -> None:
        super().__init__(parent)
        self._first = COMBINED if all_together else 0
        self.label = QLabel(name)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        LeavesWheel(self.slider)
        self.number = WholeBox()
        self.label.setBuddy(self.number)
        self.slider.setAccessibleName(name)
        self.number.setAccessibleName(f"{name} number")
        self.slider.setToolTip(f"{name}: ← →, or the wheel over a picture for slices")
        self.slider.valueChanged.connect(self.chosen)
        self.number.valueChanged.connect(lambda number: self.chosen.emit(number - 1))
        self.set_count(0)

    @property
    def widgets(self) -> tuple[QWidget, QWidget, QWidget]:
        """Label, slider and number."""
        return self.label, self.slider, self.number

    def set_count(self, count: int) -> None:
        """Say how many there are; nothing is shown of what there is only one of."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self.slider.setRange(self._first, max(count - 1, 0))
            self.number.setRange(self._first + 1, max(count, 1))
            self.number.setSpecialValueText("All" if self._first < 0 else "")
            self.number.setSuffix(f" / {max(count, 1)}")
        for widget in self.widgets:
            widget.setVisible(count > 1)

    def show_index(self, index: int) -> None:
        """Show where we are, without telling anybody."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self.slider.setValue(index)
            self.number.setValue(index + 1)
