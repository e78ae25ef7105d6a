"""The mask over k-space: what is measured, and what is missing or made up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QToolButton

from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.word_or_icon import WordOrIcon

_MEASURED = (86, 180, 233, 56)
_MISSING = (10, 11, 13, 158)
_GENERATED = (230, 159, 0, 77)
"""Red, green, blue and alpha."""
_WITH_MISSING = np.array([_MISSING, _MEASURED], np.uint8)
_WITH_GENERATED = np.array([_GENERATED, _MEASURED], np.uint8)


class MaskOverlay(QObject):
    """Tints samples on a canvas, and has the button that switches the tint."""

    drawn = Signal()

    def __init__(self, canvas: ArrayCanvas, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._mask: NDArray[np.bool_] | None = None
        self._kinds: NDArray[np.uint8] | None = None
        self._share = 0.0
        self._generated = False
        self.button = _button()
        self.button.toggled.connect(self.draw)

    def set_mask(self, mask: NDArray[np.bool_] | None) -> None:
        """Draw which samples are measured, ``ky kx``."""
        self._kinds = None if mask is None else mask.view(np.uint8)
        self._share = 0.0 if mask is None else 100 * float(mask.mean())
        self._mask = mask
        self.draw()

    def set_generated(self, generated: bool) -> None:
        """Say whether what is not measured is shown as a method made it up."""
        self._generated = generated

    def draw(self) -> None:
        """Draw over what is on the canvas now."""
        overlay, kinds = self._canvas.surface.overlay, self._kinds
        fits = kinds is not None and kinds.shape == self._canvas.values.shape
        shown = self.button.isChecked() and fits and not self._canvas.is_empty
        overlay.setVisible(shown)
        if shown and kinds is not None:
            table = _WITH_GENERATED if self._generated else _WITH_MISSING
            overlay.show_kinds(kinds, table, self._canvas.surface.extent)
        self._canvas.surface.refresh()
        self.drawn.emit()

    @property
    def legend(self) -> str:
        """What the tints mean, on a line of its own; empty when they are hidden."""
        if self._mask is None or not self.button.isChecked():
            return ""
        other = "orange: generated" if self._generated else "dark: not measured"
        return f"\nblue: measured ({self._share:.1f} %), {other}"

    def state_of(self, row: int, column: int) -> str:
        """Return whether a sample is measured, in words."""
        if self._mask is None or self._mask.shape != self._canvas.values.shape:
            return ""
        if self._mask[row, column]:
            return "   measured"
        return "   generated" if self._generated else "   not measured"


def _button() -> QToolButton:
    button = WordOrIcon("Mask", "barcode")
    button.setCheckable(True)
    button.setChecked(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName("Show the mask over k-space")
    button.setToolTip("Blue is measured; dark is not; orange was made up by the method")
    return button
