"""K-space: six ways to look at it, coil by coil or together, with the mask over it and a brush."""

from __future__ import annotations

import cmath
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ksyn.labels import NOT_FOR_DIAGNOSIS, label_of
from ksyn_gui.views import canvas_keys, kspace_keys
from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.complex_modes import (
    LOOKS,
    Mode,
    Samples,
    above_floor,
    combined,
    hue_of,
    values_of,
)
from ksyn_gui.views.kspace_brush import Brush, KSpaceBrush
from ksyn_gui.views.mask_overlay import MaskOverlay
from ksyn_gui.views.newest import Newest
from ksyn_gui.views.view_header import ViewHeader, after, choice

COMBINED = -1
"""Stands for all coils together."""
_MODES = tuple(Mode)
_ALL = "All coils"


class KSpaceView(QWidget):
    """Shows k-space samples and which of them are measured; strokes of the brush leave as signals.

    The view never changes the mask: it says what was stroked, and is told what became of it.
    """

    mode_changed = Signal(object)
    coil_chosen = Signal(int)
    """Coil, or `COMBINED`."""
    stroke_started = Signal()
    stroked = Signal(object, object, bool)
    """First and last sample ``(ky, kx)`` of a part of a stroke, and whether it erases. The first
    part of a stroke begins and ends at the same sample."""
    stroke_finished = Signal()
    painting_changed = Signal(bool)
    """Whether the left button paints."""
    brush_changed = Signal(object, int, bool)
    """Brush, its size in samples, and whether it erases."""

    def __init__(self, title: str = "k-space", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = ViewHeader(title, self, keys=f"{kspace_keys.KEYS}\n{canvas_keys.KEYS}")
        self.canvas = ArrayCanvas(title, strip=NOT_FOR_DIAGNOSIS, parent=self)
        self.canvas.describe_with(self._words_for)
        self._brush = KSpaceBrush(self.canvas, self)
        self._slice = ""
        self._modes = choice(_MODES, "What is shown of k-space", "Next: M. Back: Shift+M. Log: L")
        self._coils = choice([_ALL], "Coil", "Previous coil: J. Next coil: K")
        self._overlay = MaskOverlay(self.canvas, self)
        self._measured: Samples | None = None
        self._predicted: Samples | None = None
        self._learned = False
        self._shown: Samples | None = None
        self._mode, self._coil = Mode.LOG, COMBINED
        self._voxel = (1e-3, 1e-3)
        self._combining = Newest(self)
        self._combining.finished.connect(self._show)
        self._lay_out()
        self._connect()
        self.canvas.set_look(LOOKS[self._mode].lut, LOOKS[self._mode].automatic, "log₁₀")

    # --- what is shown ------------------------------------------------------------------------

    @property
    def mode(self) -> Mode:
        """What of a complex sample is shown."""
        return self._mode

    @property
    def coil(self) -> int:
        """The coil shown, or `COMBINED`."""
        return self._coil

    @property
    def shown(self) -> Samples | None:
        """The samples on the screen, ``ky kx``."""
        return self._shown

    def set_kspace(self, samples: Samples | None) -> None:
        """Show measured k-space, ``coil ky kx``; a prediction shown before is forgotten."""
        self._measured, self._predicted = samples, None
        self._list_coils(0 if samples is None else samples.shape[0])
        self._update_strip()
        self._refresh()

    def set_predicted(self, samples: Samples | None, *, learned: bool = False) -> None:
        """Show the k-space that a method predicts, ``ky kx`` of the shown coil; None: the measured.

        What the method made up is then tinted, rather than what is missing darkened; `learned`
        says whether a trained network took part.
        """
        if samples is None and self._predicted is None:
            return
        self._predicted, self._learned = samples, learned
        self._update_strip()
        self._refresh()

    def set_mask(self, mask: NDArray[np.bool_] | None) -> None:
        """Draw which samples are measured, ``ky kx``."""
        self._overlay.set_mask(mask)

    def set_voxel_size(self, height: float, width: float) -> None:
        """Say how large a pixel of the image is [m]; it sets the spacing of the samples."""
        self._voxel = (height, width)
        self._space()

    def set_mode(self, mode: Mode) -> None:
        """Choose what of a complex sample is shown."""
        if mode is self._mode:
            return
        self._mode = mode
        self._modes.setCurrentIndex(_MODES.index(mode))
        look = LOOKS[mode]
        self.canvas.set_look(look.lut, look.automatic, look.unit)
        self._draw()
        self.mode_changed.emit(mode)

    def next_mode(self, way: int = 1) -> None:
        """Show the next of the six modes, or the one before (−1), round and round."""
        self.set_mode(after(self._mode, way))

    def toggle_logarithm(self) -> None:
        """Switch between log magnitude and magnitude."""
        self.set_mode(Mode.MAGNITUDE if self._mode is Mode.LOG else Mode.LOG)

    def set_coil(self, coil: int) -> None:
        """Show that coil, or all with `COMBINED`, without telling anybody."""
        if coil == self._coil or not COMBINED <= coil < self._n_coils():
            return
        self._coil = coil
        self._coils.setCurrentIndex(coil + 1)
        self._refresh()

    def choose_coil(self, coil: int) -> None:
        """Show a coil as the user does."""
        if coil != self._coil and COMBINED <= coil < self._n_coils():
            self.set_coil(coil)
            self.coil_chosen.emit(coil)

    def set_overlay_shown(self, shown: bool) -> None:
        """Show or hide the mask over the samples."""
        self._overlay.button.setChecked(shown)

    # --- brush --------------------------------------------------------------------------------

    @property
    def brush(self) -> Brush:
        """What a stroke covers."""
        return self._brush.kind

    @property
    def brush_size(self) -> int:
        """Width of a stroke [samples]."""
        return self._brush.size

    @property
    def erasing(self) -> bool:
        """Whether strokes take samples away."""
        return self._brush.erasing

    @property
    def painting(self) -> bool:
        """Whether the left button paints."""
        return self._brush.painting

    def set_painting(self, painting: bool) -> None:
        """Take the brush, or put it away."""
        self._brush.set_painting(painting)

    def set_brush(
        self, brush: Brush | None = None, size: int | None = None, erasing: bool | None = None
    ) -> None:
        """Change the brush; what is not given stays."""
        self._brush.set(brush, size, erasing)

    def brush_keys(self) -> dict[Qt.Key, Callable[[], None]]:
        """Return what keys do while the brush is in hand."""
        return self._brush.actions() if self.painting else {}

    def covered(self, sample: tuple[int, int]) -> tuple[slice, slice]:
        """Return the rows and columns that the brush covers at a sample."""
        return self._brush.covered(sample)

    # --- drawing ------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Fetch the samples to show; all coils are combined beside the GUI thread."""
        self._space()
        self._combining.forget()
        measured = self._measured
        if self._predicted is not None:
            self._show(self._predicted)
        elif measured is None:
            self._shown = None
            self.canvas.clear()
            self._overlay.draw()
        elif self._coil == COMBINED and measured.shape[0] > 1:
            self._combining.submit(lambda: combined(measured))
        else:
            self._show(measured[max(self._coil, 0)])

    def _show(self, samples: Samples) -> None:
        self._shown = samples
        self._draw()
        self._overlay.draw()

    def _draw(self) -> None:
        if self._shown is None:
            return
        values = values_of(self._shown, self._mode)
        hue = hue_of(self._shown) if self._mode is Mode.COLOUR else None
        source = above_floor(values) if self._mode in (Mode.LOG, Mode.COLOUR) else None
        self.canvas.set_values(values, hue=hue, level_source=source)

    def name_slice(self, index: int | None) -> None:
        """Say which slice is shown, where it is another one than that at work."""
        self._slice = "" if index is None else f"Slice {index + 1}, "
        self._write_caption()

    def _write_caption(self) -> None:
        coil = _ALL if self._coil == COMBINED else f"coil {self._coil + 1} of {self._n_coils()}"
        mode = str(self._mode).lower() if self._slice else self._mode
        self.canvas.set_caption(f"{self._slice}{mode}, {coil.lower()}{self._overlay.legend}")

    def _update_strip(self) -> None:
        made_up = self._predicted is not None
        self._overlay.set_generated(made_up)
        self.canvas.set_strip(label_of(learned=self._learned) if made_up else NOT_FOR_DIAGNOSIS)

    def _words_for(self, row: int, column: int) -> str:
        if self._shown is None:
            return ""
        value = complex(self._shown[row, column])
        rows, columns = self._matrix()
        where = f"kx {column - columns // 2:+d}  ky {row - rows // 2:+d}"
        size = f"{value.real:.3g} {value.imag:+.3g}i"
        turn = np.degrees(cmath.phase(value))
        state = self._overlay.state_of(row, column)
        return f"{where}{state}\n|z| {abs(value):.3g} ∠ {turn:.0f}°   {size}"

    # --- small things -------------------------------------------------------------------------

    def _matrix(self) -> tuple[int, int]:
        rows, columns = self.canvas.values.shape
        return rows, columns

    def _n_coils(self) -> int:
        return 0 if self._measured is None else int(self._measured.shape[0])

    def _spacing(self) -> tuple[float, float]:
        """Return the distance of two samples [1/m]: one over the field of view."""
        matrix = self._matrix() if self._measured is None else self._measured.shape[-2:]
        return 1 / (matrix[0] * self._voxel[0]), 1 / (matrix[1] * self._voxel[1])

    def _space(self) -> None:
        self.canvas.set_pixel_size(*self._spacing(), "1/m")

    def _list_coils(self, count: int) -> None:
        if self._coils.count() == count + 1:
            return
        self._coils.blockSignals(True)
        self._coils.clear()
        self._coils.addItems([_ALL, *(f"Coil {coil + 1}" for coil in range(count))])
        self._coil = self._coil if self._coil < count else COMBINED
        self._coils.setCurrentIndex(self._coil + 1)
        self._coils.blockSignals(False)

    def _lay_out(self) -> None:
        for widget in (self._overlay.button, self._coils, self._modes):
            self.header.add(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)

    def _connect(self) -> None:
        self._modes.currentIndexChanged.connect(lambda index: self.set_mode(_MODES[index]))
        self._coils.currentIndexChanged.connect(lambda index: self.choose_coil(index - 1))
        self._overlay.drawn.connect(self._write_caption)
        self._brush.stroke_started.connect(self.stroke_started)
        self._brush.stroked.connect(self.stroked)
        self._brush.stroke_finished.connect(self.stroke_finished)
        self._brush.painting_changed.connect(self.painting_changed)
        self._brush.changed.connect(self.brush_changed)

    def event(self, event: QEvent) -> bool:
        """Claim the keys of the brush before a menu's shortcut of the same name takes them."""
        if event.type() == QEvent.Type.ShortcutOverride and kspace_keys.claims(self, event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Do what the key stands for: see the title's tooltip."""
        if not kspace_keys.press(self, event):
            super().keyPressEvent(event)
