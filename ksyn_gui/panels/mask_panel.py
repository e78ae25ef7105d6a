"""Which samples count as measured: a pattern, a file, or painted by hand."""

from __future__ import annotations

from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ksyn_gui.engine import AS_ACQUIRED, FROM_FILE, PAINTED
from ksyn_gui.facts import Engine, MaskChoice, PatternFacts, PointSpread
from ksyn_gui.forms import ChoiceBox, OptionsForm, WholeBox, form_layout
from ksyn_gui.mask_facts import MaskFacts, facts_of
from ksyn_gui.mask_history import MaskHistory, Sample
from ksyn_gui.parts import (
    GAP,
    column,
    hairline,
    heading,
    push_button,
    quiet,
    scrolled,
    tool_button,
    value,
)
from ksyn_gui.session import Session
from ksyn_gui.settings import Settings
from ksyn_gui.views.kspace_brush import BIGGEST_BRUSH, Brush
from ksyn_gui.views.point_spread_view import PointSpreadView

if TYPE_CHECKING:
    from ksyn.io import Scan

_LARGEST_SEED = 2**31 - 1
_FILTER = "Masks (*.npy)"


class MaskPanel(QWidget):
    """Chooses the mask and says what it is worth; strokes come from the k-space view.

    The panel and the view are tied together where both are known: `painting_switched` and
    `brush_chosen` go to the view, its strokes and its brush come back.
    """

    painting_switched = Signal(bool)
    brush_chosen = Signal(object, int, bool)
    """Brush, its size in samples, and whether it erases."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._patterns: dict[str, PatternFacts] = {}
        self._form: OptionsForm | None = None
        self._form_of = ""
        self._kept: dict[str, Any] = {}
        self.history = MaskHistory(self)
        self.pattern = ChoiceBox()
        self.when = quiet("The engine is being loaded …")
        self._form_place = QVBoxLayout()
        self.seed = WholeBox()
        self.dice = tool_button("dice-five", "Another seed", "Draw the pattern with another seed")
        self.acceleration, self.centre, self.side_lobe = value("–"), value("–"), value("–")
        self.spread = PointSpreadView()
        self.paint = _switch("paint-brush", "Paint", "Paint on k-space (B)")
        self.erase = _switch("eraser", "Erase", "Take samples away instead of adding them (X)")
        self.lines = _switch("columns", "Lines", "Whole lines along ky (T)")
        self.points = _switch("dots-nine", "Points", "Single samples (T)")
        self.brush_width = WholeBox()
        self.undo_button = tool_button("arrow-counter-clockwise", "Undo", "Undo (Ctrl+Z)")
        self.redo_button = tool_button("arrow-clockwise", "Redo", "Redo (Ctrl+Shift+Z)")
        self.load_button = tool_button("download-simple", "Load mask", "Read a mask (.npy)")
        self.save_button = tool_button("upload-simple", "Save mask", "Write this mask (.npy)")
        self._drawing = QTimer(self, singleShot=True, interval=0)
        self._drawing.timeout.connect(self._draw_pattern)
        self._prepare()
        self._lay_out()
        self._connect(session)

    # --- strokes, from the k-space view -------------------------------------------------------

    @property
    def brush(self) -> Brush:
        """Whole lines or points."""
        return Brush.COLUMN if self.lines.isChecked() else Brush.POINT

    def begin_stroke(self) -> None:
        """Begin a stroke."""
        self.history.begin()

    def stroke(self, start: Sample, end: Sample, erase: bool) -> None:
        """Paint a part of it, between two samples ``(ky, kx)``."""
        columns = self.brush is Brush.COLUMN
        self.history.stroke(start, end, columns=columns, size=self.brush_width.value(), erase=erase)

    def end_stroke(self) -> None:
        """End the stroke: it is undone in one step."""
        self.history.end()

    def show_painting(self, on: bool) -> None:
        """Show whether the view holds the brush."""
        with QSignalBlocker(self.paint):
            self.paint.setChecked(on)

    def show_brush(self, brush: Brush, size: int, erase: bool) -> None:
        """Show what brush the view holds."""
        for widget, setting in ((self.lines, brush is Brush.COLUMN), (self.erase, erase)):
            with QSignalBlocker(widget):
                widget.setChecked(setting)
        with QSignalBlocker(self.points):
            self.points.setChecked(brush is Brush.POINT)
        with QSignalBlocker(self.brush_width):
            self.brush_width.setValue(size)

    # --- undo, files --------------------------------------------------------------------------

    def undo(self) -> None:
        """Go back by one stroke, pattern or file."""
        self.history.stack.undo()

    def redo(self) -> None:
        """Do again what was undone."""
        self.history.stack.redo()

    def load(self) -> None:
        """Ask for a file and read a mask from it."""
        folder = str(Settings().folder)
        name, _ = QFileDialog.getOpenFileName(self, "Load a mask", folder, _FILTER)
        if name:
            self._session.sampling.load(Path(name))

    def save(self) -> None:
        """Ask for a file and write the mask to it."""
        start = str(Settings().folder / "mask.npy")
        name, _ = QFileDialog.getSaveFileName(self, "Save the mask", start, _FILTER)
        if name:
            self._session.sampling.save(Path(name).with_suffix(".npy"))

    # --- the pattern --------------------------------------------------------------------------

    def _offer(self, engine: Engine) -> None:
        self._patterns = {facts.name: facts for facts in engine.patterns}
        with QSignalBlocker(self.pattern):
            self.pattern.clear()
            self.pattern.addItem("As acquired", AS_ACQUIRED)
            for facts in engine.patterns:
                self.pattern.addItem(facts.title, facts.name)
                self.pattern.setItemData(self.pattern.count() - 1, facts.when, _TIP)
        self._show_mask(self._session.sampling.mask)

    def _choose(self, index: int) -> None:
        name = self.pattern.itemData(index)
        if name == AS_ACQUIRED:
            self._session.sampling.use_acquired()
        elif name is not None:
            self._show_form(str(name))
            self._drawing.start()

    def _draw_pattern(self) -> None:
        name = self.pattern.currentData()
        if name in self._patterns and self._form is not None:
            self._session.sampling.draw(name, self._form.values(), self.seed.value())

    def _another_seed(self) -> None:
        self.seed.setValue(SystemRandom().randrange(100_000))

    def _show_form(self, name: str) -> None:
        """Show the options of a pattern; those it shares with the last one keep their values."""
        if name == self._form_of:
            return
        if self._form is not None:
            self._kept |= self._form.values()
            self._form_place.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
            self._form = None
        self._form_of = name
        facts = self._patterns.get(name)
        self.seed.setEnabled(facts is not None)
        self.dice.setEnabled(facts is not None)
        if facts is None:
            return
        self._form = OptionsForm(facts.options)
        names = {info.name for info in facts.options}
        self._form.set_values({key: item for key, item in self._kept.items() if key in names})
        self._form.changed.connect(lambda _: self._drawing.start())
        self._form_place.addWidget(self._form)

    # --- what the session says ----------------------------------------------------------------

    def _take_scan(self, scan: Scan | None) -> None:
        if scan is not None:
            self.spread.set_voxel_size(*scan.voxel_size)

    def _take_mask(self, mask: MaskChoice | None) -> None:
        self.history.follow(mask)
        self._show_mask(mask)

    def _show_mask(self, mask: MaskChoice | None) -> None:
        self._show_kind(mask)
        facts = None if mask is None else facts_of(mask)
        self.acceleration.setText(_acceleration_words(facts))
        self.centre.setText("–" if facts is None else facts.centre_words)
        for widget in (self.paint, self.save_button, self.load_button):
            widget.setEnabled(mask is not None)

    def _show_kind(self, mask: MaskChoice | None) -> None:
        kind = "" if mask is None else mask.kind
        with QSignalBlocker(self.pattern):
            self.pattern.setCurrentIndex(self.pattern.findData(kind))
            self.pattern.setPlaceholderText(_placeholder(mask))
        self._show_form(kind)
        self.when.setText(self._when(kind))
        if mask is not None and self._form is not None and not self._drawing.isActive():
            self._form.set_values(mask.options)
            with QSignalBlocker(self.seed):
                self.seed.setValue(mask.seed)

    def _when(self, kind: str) -> str:
        if kind in self._patterns:
            return self._patterns[kind].when
        return _WHEN.get(kind, "Open a scan to choose which of its samples count as measured.")

    def _show_point_spread(self, spread: PointSpread | None) -> None:
        self.spread.set_point_spread(*(spread.magnitude, spread.side_lobe) if spread else (None,))
        self.side_lobe.setText("–" if spread is None else f"{100 * spread.side_lobe:.1f} %")

    # --- building -----------------------------------------------------------------------------

    def _prepare(self) -> None:
        self.pattern.setAccessibleName("Sampling pattern")
        self.seed.setAccessibleName("Seed of the pattern")
        self.seed.setToolTip("The same seed draws the same pattern")
        self.seed.setRange(0, _LARGEST_SEED)
        self.brush_width.setAccessibleName("Width of the brush")
        self.brush_width.setToolTip("Width of the brush in samples ([ narrower, ] wider)")
        self.brush_width.setRange(1, BIGGEST_BRUSH)
        group = QButtonGroup(self)
        group.addButton(self.lines)
        group.addButton(self.points)
        self.lines.setChecked(True)
        self.spread.setFixedHeight(230)
        names = ("Achieved acceleration", "Calibration centre", "Highest side lobe")
        tips = (_R_TIP, _CENTRE_TIP, _LOBE_TIP)
        labels = (self.acceleration, self.centre, self.side_lobe)
        for label, name, tip in zip(labels, names, tips, strict=True):
            label.setAccessibleName(name)
            label.setToolTip(tip)

    def _lay_out(self) -> None:
        content = QWidget()
        layout = column(content)
        layout.addWidget(self.pattern)
        layout.addWidget(self.when)
        layout.addLayout(self._form_place)
        layout.addLayout(self._seed_row())
        layout.addWidget(hairline())
        layout.addLayout(self._numbers())
        layout.addWidget(hairline())
        layout.addLayout(self._paint_heading())
        layout.addLayout(_row(self.paint, self.erase))
        layout.addLayout(_row(self.lines, self.points))
        layout.addLayout(self._size_row())
        layout.addWidget(hairline())
        layout.addWidget(self.spread)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _seed_row(self) -> QVBoxLayout:
        box, rows, row = QVBoxLayout(), form_layout(), QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.seed, 1)
        row.addWidget(self.dice)
        rows.addRow("Seed", row)
        box.addLayout(rows)
        return box

    def _numbers(self) -> QGridLayout:
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
            said = quiet(name)
            said.setWordWrap(False)
            said.setBuddy(label)
            grid.addWidget(said, row, 0)
            grid.addWidget(label, row, 1)
        return grid

    def _paint_heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(heading("By hand"), 1)
        buttons = (self.undo_button, self.redo_button, self.load_button, self.save_button)
        for button in buttons:
            row.addWidget(button)
        return row

    def _size_row(self) -> QVBoxLayout:
        box, rows = QVBoxLayout(), form_layout()
        rows.addRow("Width [samples]", self.brush_width)
        box.addLayout(rows)
        return box

    def _connect(self, session: Session) -> None:
        self.pattern.activated.connect(self._choose)
        self.seed.valueChanged.connect(lambda _: self._drawing.start())
        self.dice.clicked.connect(self._another_seed)
        self.paint.toggled.connect(self.painting_switched)
        for button in (self.erase, self.lines):
            button.toggled.connect(lambda _: self._tell_brush())
        self.brush_width.valueChanged.connect(lambda _: self._tell_brush())
        self.load_button.clicked.connect(self.load)
        self.save_button.clicked.connect(self.save)
        self._connect_history(session)
        session.engine_changed.connect(self._offer)
        session.study.scan_changed.connect(self._take_scan)
        session.sampling.mask_changed.connect(self._take_mask)
        session.preview.point_spread_changed.connect(self._show_point_spread)
        if session.engine is not None:
            self._offer(session.engine)
        self._take_mask(session.sampling.mask)

    def _connect_history(self, session: Session) -> None:
        stack = self.history.stack
        self.history.wanted.connect(session.sampling.restore)
        self.undo_button.clicked.connect(self.undo)
        self.redo_button.clicked.connect(self.redo)
        stack.canUndoChanged.connect(self.undo_button.setEnabled)
        stack.canRedoChanged.connect(self.redo_button.setEnabled)
        stack.undoTextChanged.connect(lambda text: _say(self.undo_button, "Undo", text, "Ctrl+Z"))
        stack.redoTextChanged.connect(
            lambda text: _say(self.redo_button, "Redo", text, "Ctrl+Shift+Z")
        )
        self.undo_button.setEnabled(False)
        self.redo_button.setEnabled(False)

    def _tell_brush(self) -> None:
        self.brush_chosen.emit(self.brush, self.brush_width.value(), self.erase.isChecked())


_TIP = Qt.ItemDataRole.ToolTipRole
_WHEN = {
    AS_ACQUIRED: "Exactly the samples that the scanner acquired.",
    PAINTED: "Painted by hand. Choose a pattern to start anew.",
    FROM_FILE: "Read from a file.",
}
_R_TIP = "Samples of the grid per measured sample: what was achieved, not what was asked for"
_CENTRE_TIP = "The fully sampled rectangle around the zero frequency, from which coil maps come"
_LOBE_TIP = "The worst ghost of a point, relative to the point; 0 is best"


def _acceleration_words(facts: MaskFacts | None) -> str:
    if facts is None:
        return "–"
    return f"{facts.acceleration:.2f}  ({100 / facts.acceleration:.1f} % measured)"


def _placeholder(mask: MaskChoice | None) -> str:
    if mask is None:
        return "No scan"
    if mask.kind == FROM_FILE:
        return f"From {mask.path.name}" if mask.path else "From a file"
    return "Painted by hand"


def _say(button: QToolButton, verb: str, text: str, keys: str) -> None:
    button.setToolTip(f"{verb} {text}".rstrip() + f" ({keys})")


def _switch(icon_name: str, text: str, tip: str) -> QPushButton:
    button = push_button(text, icon_name, tip)
    button.setCheckable(True)
    return button


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(GAP)
    for widget in widgets:
        row.addWidget(widget, 1)
    return row
