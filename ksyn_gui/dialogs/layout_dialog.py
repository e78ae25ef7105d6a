"""What the axes of an array mean, asked with a picture of what the answer would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ksyn.errors import KsynError
from ksyn_gui.choice_boxes import ChoiceBox
from ksyn_gui.dialogs.axis_words import IN_IMAGE, IN_KSPACE, OTHER_DOMAIN, TITLES, fault_of
from ksyn_gui.form_rows import form_layout
from ksyn_gui.parts import GAP, column, heading, quiet, value
from ksyn_gui.views.image_view import ImageView
from ksyn_gui.views.newest import Newest

if TYPE_CHECKING:
    from ksyn.io import Scan
    from ksyn.io.layout import Candidate, Layout, LayoutNeeded

Domain = Literal["kspace", "image"]


@dataclass(frozen=True, eq=False)
class Preview:
    """What a layout would give."""

    image: NDArray[np.float32] | None
    """Root sum of squares of the middle slice, ``y x``; None when the layout will not do."""
    voxel_size: tuple[float, float]
    words: str


class LayoutDialog(QDialog):
    """Asks which array of a file to take, what its axes are, and whether it is k-space."""

    def __init__(self, path: Path, needed: LayoutNeeded, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._candidates = needed.candidates
        self.arrays = ChoiceBox()
        self.kspace, self.image = QRadioButton("k-space"), QRadioButton("Image")
        self.axes: list[ChoiceBox] = []
        self._words: list[str] = []
        self._rows = form_layout()
        self.view = ImageView("Preview")
        self.said = quiet()
        self.flags = value()
        self.buttons = QDialogButtonBox(_OK | _CANCEL)
        self._reading = Newest(self)
        self._reading.finished.connect(self._show)
        self._waiting = QTimer(self, singleShot=True, interval=60)
        self._waiting.timeout.connect(self._preview)
        self._lay_out()
        self._connect()
        self._take_array(0)

    @classmethod
    def ask(cls, path: Path, needed: LayoutNeeded, parent: QWidget | None = None) -> Layout | None:
        """Return the user's answer; None when there is none."""
        dialog = cls(path, needed, parent)
        answer = dialog.layout_said if dialog.exec() else None
        dialog.deleteLater()
        return answer

    @property
    def candidate(self) -> Candidate:
        """The array that is chosen."""
        return self._candidates[max(self.arrays.currentIndex(), 0)]

    @property
    def layout_said(self) -> Layout:
        """The layout as it is filled in."""
        from ksyn.io.layout import Layout  # late: the window shows before torch is read

        return Layout(self.candidate.key or None, tuple(self._words), self._domain())

    def _domain(self) -> Domain:
        return "kspace" if self.kspace.isChecked() else "image"

    # --- filling in ---------------------------------------------------------------------------

    def _take_array(self, _index: int) -> None:
        """Show the axes of the chosen array, filled in as far as they can be guessed."""
        candidate = self.candidate
        suggested = candidate.suggestion
        image = suggested is not None and suggested.domain == "image"
        with QSignalBlocker(self.kspace), QSignalBlocker(self.image):
            (self.image if image else self.kspace).setChecked(True)
        axes = suggested.axes if suggested is not None else None
        self._words = list(axes or likely_axes(candidate.shape, self._domain()))
        self._list_axes()
        self._preview_soon()

    def _list_axes(self) -> None:
        while self._rows.rowCount():
            self._rows.removeRow(0)
        self.axes = []
        for number, length in enumerate(self.candidate.shape):
            box = ChoiceBox()
            box.setAccessibleName(f"Meaning of axis {number + 1}, {length} long")
            self._rows.addRow(f"Axis {number + 1}: {length}", box)
            self.axes.append(box)
            box.activated.connect(lambda place, number=number: self._assign(number, place))
        self._show_words()

    def _show_words(self) -> None:
        offered = IN_KSPACE if self.kspace.isChecked() else IN_IMAGE
        for box, word in zip(self.axes, self._words, strict=True):
            with QSignalBlocker(box):
                box.clear()
                for other in offered:
                    box.addItem(TITLES[other], other)
                box.setCurrentIndex(offered.index(word))

    def _assign(self, number: int, place: int) -> None:
        """Give an axis a meaning; the one that had it takes what becomes free."""
        word, before = str(self.axes[number].itemData(place)), self._words[number]
        if word != "skip" and word in self._words:
            self._words[self._words.index(word)] = before
        self._words[number] = word
        self._show_words()
        self._preview_soon()

    def _take_domain(self) -> None:
        wanted = IN_KSPACE if self.kspace.isChecked() else IN_IMAGE
        self._words = [word if word in wanted else OTHER_DOMAIN[word] for word in self._words]
        self._show_words()
        self._preview_soon()

    # --- the picture --------------------------------------------------------------------------

    def _preview_soon(self) -> None:
        """Read again, once the user has stopped for a moment; no answer is taken unseen."""
        self._accept_button().setEnabled(False)
        self.said.setText("Reading …")
        self._waiting.start()

    def _preview(self) -> None:
        path, layout = self._path, self.layout_said
        fault = fault_of(self.candidate.shape, self._words, self._domain())
        self.flags.setText(layout.flags)
        self._reading.submit(lambda: _refused(fault) if fault else preview(path, layout))

    def _show(self, shown: Preview) -> None:
        self.view.set_voxel_size(*shown.voxel_size)
        self.view.set_image(shown.image)
        self.said.setText(shown.words)
        self._accept_button().setEnabled(shown.image is not None)

    def _accept_button(self) -> QWidget:
        return self.buttons.button(_OK)

    # --- building -----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setWindowTitle("What are the axes?")
        self.setMinimumSize(860, 480)
        self.arrays.addItems([_title(candidate) for candidate in self._candidates])
        self.arrays.setAccessibleName("Array")
        outer = column(self)
        outer.addWidget(quiet(f"{self._path.name} does not say what its axes are."))
        middle = QHBoxLayout()
        middle.setSpacing(2 * GAP)
        middle.addLayout(self._form(), 4)
        middle.addWidget(self.view, 5)
        outer.addLayout(middle, 1)
        outer.addWidget(heading("The same on the command line"))
        self.flags.setWordWrap(True)
        outer.addWidget(self.flags)
        outer.addWidget(self.buttons)

    def _form(self) -> QVBoxLayout:
        form = QVBoxLayout()
        form.setSpacing(GAP)
        form.addWidget(heading("Array"))
        form.addWidget(self.arrays)
        form.addWidget(heading("What it holds"))
        form.addLayout(self._domains())
        form.addWidget(heading("Axes"))
        form.addLayout(self._rows)
        form.addWidget(self.said)
        form.addStretch(1)
        return form

    def _domains(self) -> QHBoxLayout:
        row, group = QHBoxLayout(), QButtonGroup(self)
        for button in (self.kspace, self.image):
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _connect(self) -> None:
        self.arrays.currentIndexChanged.connect(self._take_array)
        self.kspace.toggled.connect(lambda _: self._take_domain())
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)


_OK = QDialogButtonBox.StandardButton.Ok
_CANCEL = QDialogButtonBox.StandardButton.Cancel


def preview(path: Path, layout: Layout) -> Preview:
    """Return what a layout would give; read in a worker thread."""
    from ksyn import io  # late: the window shows before torch is read
    from ksyn.encoding import magnitude_image

    try:
        layout.check()
        with io.open_scan(path, layout) as scan:
            kspace = scan.kspace(scan.n_slices // 2)
            image = magnitude_image(kspace.samples)[0].numpy()
            words = _counts(scan)
    except KsynError as error:
        return _refused(str(error))
    return Preview(image, kspace.voxel_size, words)


def _refused(reason: str) -> Preview:
    """Return that a layout will not do."""
    return Preview(None, (1e-3, 1e-3), reason)


def likely_axes(shape: Sequence[int], domain: Domain) -> list[str]:
    """Return a first guess: the two longest axes are the picture, the rest coils first."""
    rows, columns = ("ky", "kx") if domain == "kspace" else ("y", "x")
    longest = sorted(sorted(range(len(shape)), key=lambda axis: shape[axis])[-2:])
    others = iter(("coil", "slice", "frame"))
    words = []
    for axis, length in enumerate(shape):
        if axis in longest:
            words.append(rows if axis == longest[0] else columns)
        elif length == 1:
            words.append("skip")
        elif length == 2 and axis == len(shape) - 1:
            words.append("complex")
        else:
            words.append(next(others, "skip"))
    return words


def _title(candidate: Candidate) -> str:
    lengths = "×".join(str(length) for length in candidate.shape)
    return f"{candidate.key or 'array'}  ({lengths}, {candidate.dtype})"


def _counts(scan: Scan) -> str:
    counts = ((scan.n_slices, "slice"), (scan.n_frames, "frame"), (scan.n_coils, "coil"))
    return ", ".join(f"{count} {noun}{'s' if count > 1 else ''}" for count, noun in counts)
