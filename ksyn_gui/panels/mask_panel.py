"""Which samples count as measured: a pattern, a file, or painted by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QSizePolicy, QVBoxLayout, QWidget

from ksyn_gui.brush_box import BrushBox
from ksyn_gui.facts import Engine, MaskChoice, PointSpread
from ksyn_gui.mask_history import MaskHistory, Sample
from ksyn_gui.mask_numbers import MaskNumbers
from ksyn_gui.parts import column, hairline, scrolled
from ksyn_gui.pattern_box import PatternBox
from ksyn_gui.session import Session
from ksyn_gui.settings import Settings
from ksyn_gui.views.kspace_brush import Brush
from ksyn_gui.views.point_spread_view import PointSpreadView

if TYPE_CHECKING:
    from ksyn.io import Scan

_FILTER = "Masks (*.npy)"
_SPREAD_LEAST, _SPREAD_MOST = 140, 270
"""Height of the picture of the point spread: in sight beside the brush at 1440 × 900 [pixels]."""


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
        self._sampling = session.sampling
        self.history = MaskHistory(self)
        self.patterns = PatternBox()
        self.numbers = MaskNumbers()
        self.by_hand = BrushBox(self.history.stack)
        self.spread = PointSpreadView()
        self._lay_out()
        self._connect_parts()
        self._connect(session)

    # --- strokes, from the k-space view -------------------------------------------------------

    def begin_stroke(self) -> None:
        """Begin a stroke."""
        self.history.begin()

    def stroke(self, start: Sample, end: Sample, erase: bool) -> None:
        """Paint a part of it, between two samples ``(ky, kx)``."""
        columns, size = self.by_hand.brush is Brush.COLUMN, self.by_hand.width_.value()
        self.history.stroke(start, end, columns=columns, size=size, erase=erase)

    def end_stroke(self) -> None:
        """End the stroke: it is undone in one step."""
        self.history.end()

    def show_painting(self, on: bool) -> None:
        """Show whether the view holds the brush."""
        self.by_hand.show_painting(on)

    def show_brush(self, brush: Brush, size: int, erase: bool) -> None:
        """Show what brush the view holds."""
        self.by_hand.show_brush(brush, size, erase)

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
            self._sampling.load(Path(name))

    def save(self) -> None:
        """Ask for a file and write the mask to it."""
        start = str(Settings().folder / "mask.npy")
        name, _ = QFileDialog.getSaveFileName(self, "Save the mask", start, _FILTER)
        if name:
            self._sampling.save(Path(name).with_suffix(".npy"))

    # --- what the session says ----------------------------------------------------------------

    def _offer(self, engine: Engine) -> None:
        self.patterns.offer(engine)
        self._show_mask(self._sampling.mask)

    def _take_scan(self, scan: Scan) -> None:
        self.spread.set_voxel_size(*scan.voxel_size)

    def _take_mask(self, mask: MaskChoice | None) -> None:
        self.history.follow(mask)
        self._show_mask(mask)

    def _show_mask(self, mask: MaskChoice | None) -> None:
        self.patterns.show_mask(mask)
        asked = None if mask is None else self.patterns.option_of(mask, "acs_lines")
        self.numbers.show_mask(mask, asked)
        self.by_hand.allow(mask is not None)

    def _show_point_spread(self, spread: PointSpread | None) -> None:
        self.spread.set_point_spread(*(spread.magnitude, spread.side_lobe) if spread else (None,))
        self.numbers.show_point_spread(spread)

    # --- building -----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.spread.setMinimumHeight(_SPREAD_LEAST)
        self.spread.setMaximumHeight(_SPREAD_MOST)
        # Its hint is the size it had: once large, it would stay so.
        self.spread.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        content = QWidget()
        layout = column(content)
        for part in (self.by_hand, self.patterns, self.numbers):  # what grows is below the brush
            layout.addWidget(part)
            layout.addWidget(hairline())
        layout.addWidget(self.spread, 100)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _connect_parts(self) -> None:
        hand = self.by_hand
        hand.painting_switched.connect(self.painting_switched)
        hand.brush_chosen.connect(self.brush_chosen)
        for button, slot in (
            (hand.undo, self.undo),
            (hand.redo, self.redo),
            (hand.load, self.load),
            (hand.save, self.save),
        ):
            button.clicked.connect(slot)

    def _connect(self, session: Session) -> None:
        self.patterns.acquired_wanted.connect(session.sampling.use_acquired)
        self.patterns.pattern_wanted.connect(session.sampling.draw)
        self.history.wanted.connect(session.sampling.restore)
        session.engine_changed.connect(self._offer)
        session.study.scan_changed.connect(self._take_scan)
        session.sampling.mask_changed.connect(self._take_mask)
        session.sampling.refused.connect(self._show_mask)
        session.preview.point_spread_changed.connect(self._show_point_spread)
        if session.engine is not None:
            self._offer(session.engine)
        self._take_mask(session.sampling.mask)
