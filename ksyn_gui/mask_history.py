"""How the mask came to be what it is: strokes, patterns and files, each undone in one step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from ksyn_gui.facts import Bits, MaskChoice

Sample = tuple[int, int]
"""``(ky, kx)``."""
PAINTED = "painted"
DEEPEST = 200
"""Steps that can be undone."""


class MaskHistory(QObject):
    """Follows the session's mask, and asks for another one when something is stroked or undone.

    It keeps what differs between two masks, packed to bits: 10 kB for a change of 256 × 320.
    """

    wanted = Signal(object)
    """MaskChoice that the session should take; it does so before the signal returns."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(DEEPEST)
        self._mask: MaskChoice | None = None
        self._before: MaskChoice | None = None
        self._own = False

    @property
    def mask(self) -> MaskChoice | None:
        """The mask there is now."""
        return self._mask

    def follow(self, mask: MaskChoice | None) -> None:
        """Take note of the session's mask, however it came about."""
        old, self._mask = self._mask, mask
        if self._own:
            return
        self._before = None
        if mask is None or old is None or mask.samples.shape != old.samples.shape:
            self.stack.clear()
        else:
            self._push(old, mask)

    def begin(self) -> None:
        """Begin a stroke."""
        self._before = self._mask

    def stroke(self, start: Sample, end: Sample, *, columns: bool, size: int, erase: bool) -> None:
        """Paint (or erase) between two samples: whole columns, or what a pen passes over."""
        if self._mask is None or self._before is None:
            return
        old = self._mask.samples
        samples = _stroked(old, start, end, columns=columns, size=size, erase=erase)
        if not np.array_equal(samples, old):
            self._ask(MaskChoice(samples, PAINTED))

    def end(self) -> None:
        """End the stroke: from now on it is one step."""
        before, self._before = self._before, None
        if before is not None and self._mask is not None and before is not self._mask:
            self._push(before, self._mask)

    def turn(self, story: MaskChoice, difference: NDArray[np.uint8]) -> None:
        """Ask for the mask that differs from the present one there, and came about so."""
        if self._mask is not None:
            here = self._mask.samples
            flips = np.unpackbits(difference, count=here.size).view(np.bool_).reshape(here.shape)
            self._ask(replace(story, samples=here ^ flips))

    def _push(self, before: MaskChoice, after: MaskChoice) -> None:
        difference = np.packbits(before.samples ^ after.samples)
        if difference.any() or before.kind != after.kind:
            self.stack.push(_Change(self, before, after, difference))

    def _ask(self, mask: MaskChoice) -> None:
        self._own = True
        try:
            self.wanted.emit(mask)
        finally:
            self._own = False


class _Change(QUndoCommand):
    """One step from a mask to another, which has been taken when it is pushed."""

    def __init__(
        self,
        history: MaskHistory,
        before: MaskChoice,
        after: MaskChoice,
        difference: NDArray[np.uint8],
    ) -> None:
        super().__init__("stroke" if after.kind == PAINTED else f"mask {after.kind}")
        self._history = history
        self._before, self._after = _story(before), _story(after)
        self._difference = difference
        self._taken = True

    def undo(self) -> None:
        """Go back to the mask from before."""
        self._taken = False
        self._history.turn(self._before, self._difference)

    def redo(self) -> None:
        """Go to the mask from after; there already when the step is pushed."""
        if not self._taken:
            self._taken = True
            self._history.turn(self._after, self._difference)


def _story(mask: MaskChoice) -> MaskChoice:
    """Return how a mask came about, without its samples."""
    return replace(mask, samples=np.zeros((0, 0, 0), np.bool_))


def _stroked(
    samples: Bits, start: Sample, end: Sample, *, columns: bool, size: int, erase: bool
) -> Bits:
    """Return the mask after a part of a stroke; the pen's width is `size` samples."""
    import torch  # late: the window shows before torch is read

    from ksyn.data import Mask
    from ksyn.masks.drawing import set_columns, set_stroke

    mask = Mask(torch.from_numpy(samples[:, None]))
    if columns:
        first, last = sorted((start[1], end[1]))
        left = (size - 1) // 2
        drawn = set_columns(mask, first - left, last - left + size - 1, measured=not erase)
    else:
        middle = (size - 1) % 2 / 2  # an even pen lies between samples
        places = [(float(ky) + middle, float(kx) + middle) for ky, kx in (start, end)]
        radius = 0.0 if size == 1 else size / 2
        drawn = set_stroke(mask, places[0], places[1], radius, measured=not erase)
    changed: Bits = drawn.mask.samples[:, 0].numpy()
    return changed
