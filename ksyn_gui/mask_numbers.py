"""What the mask is worth, as a small table: achieved R, calibration centre, side lobe."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from ksyn_gui.facts import MaskChoice, PointSpread
from ksyn_gui.mask_facts import MaskFacts, facts_of
from ksyn_gui.parts import GAP, quiet, value

_R_TIP = "Samples of the grid per measured sample: what was achieved, not what was asked for"
_CENTRE_TIP = "The fully sampled rectangle around the zero frequency, from which coil maps come"
_LOBE_TIP = "The worst ghost of a point, relative to the point; 0 is best"


class MaskNumbers(QWidget):
    """Three numbers, and a word where the centre is not what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.acceleration = _number("Achieved acceleration", _R_TIP)
        self.centre = _number("Calibration centre", _CENTRE_TIP)
        self.side_lobe = _number("Highest side lobe", _LOBE_TIP)
        self.remark = quiet()
        _keep_room(self.remark)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self._table())
        layout.addWidget(self.remark)

    def show_mask(self, mask: MaskChoice | None, acs_lines: int | None) -> None:
        """Show the numbers of a mask, for which so many lines were asked in the centre."""
        facts = None if mask is None else facts_of(mask)
        self.acceleration.setText(_acceleration_words(facts))
        self.centre.setText("–" if facts is None else facts.centre_words)
        remark = "" if facts is None else facts.remark(acs_lines)
        self.remark.setText(remark)
        self.remark.setVisible(bool(remark))

    def show_point_spread(self, spread: PointSpread | None) -> None:
        """Show the highest side lobe."""
        self.side_lobe.setText("–" if spread is None else f"{100 * spread.side_lobe:.1f} %")

    def _table(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GAP)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        rows = (
            ("Achieved R", self.acceleration),
            ("Centre", self.centre),
            ("Side lobe", self.side_lobe),
        )
        for row, (name, label) in enumerate(rows):
            grid.addWidget(_name(name, label), row, 0)
            grid.addWidget(label, row, 1)
        return grid


def _number(name: str, tip: str) -> QLabel:
    label = value("–")
    label.setAccessibleName(name)
    label.setToolTip(tip)
    return label


def _name(text: str, buddy: QLabel) -> QLabel:
    name = quiet(text)
    name.setWordWrap(False)
    name.setBuddy(buddy)
    name.setToolTip(buddy.toolTip())
    return name


def _keep_room(label: QLabel) -> None:
    """Let what is below stay where it is while there is nothing to remark."""
    policy = label.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    label.setSizePolicy(policy)
    label.hide()


def _acceleration_words(facts: MaskFacts | None) -> str:
    if facts is None:
        return "–"
    return f"{facts.acceleration:.2f}  ({100 / facts.acceleration:.1f} % measured)"
