"""An image of the body: reconstruction, reference or zero-filled."""

from __future__ import annotations

import cmath

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ksyn.labels import NOT_FOR_DIAGNOSIS, label_of
from ksyn_gui.views import canvas_keys
from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.complex_modes import LOOKS, Mode, hue_of, values_of
from ksyn_gui.views.view_header import ViewHeader, after, choice

_MODES = (Mode.MAGNITUDE, Mode.PHASE, Mode.REAL, Mode.IMAGINARY, Mode.COLOUR, Mode.LOG)


class ImageView(QWidget):
    """Shows a complex or a magnitude image.

    Args:
        title: What it is, such as "Reconstruction".
        reconstructed: Whether what is shown was made by a method; such a view says so.
    """

    mode_changed = Signal(object)

    def __init__(
        self, title: str, *, reconstructed: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        strip = label_of(learned=False) if reconstructed else NOT_FOR_DIAGNOSIS
        self.header = ViewHeader(title, self, keys=canvas_keys.KEYS)
        self.canvas = ArrayCanvas(title, strip=strip, parent=self)
        self.canvas.describe_with(self._words_for)
        self._image: NDArray[np.complex64] | None = None
        self._mode = Mode.MAGNITUDE
        self._modes = choice(_MODES, f"{title}: what is shown", "Next: M. Back: Shift+M. Log: L")
        self._modes.currentIndexChanged.connect(lambda index: self.set_mode(_MODES[index]))
        self.header.add(self._modes)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)
        self.canvas.set_look("grey", LOOKS[self._mode].automatic, "")

    @property
    def mode(self) -> Mode:
        """What of the complex image is shown."""
        return self._mode

    @property
    def image(self) -> NDArray[np.complex64] | None:
        """What was last shown."""
        return self._image

    @property
    def black_and_white(self) -> tuple[float, float] | None:
        """Magnitudes shown as black and white; None where something else is shown."""
        if self._mode is not Mode.MAGNITUDE:
            return None
        levels = self.canvas.levels
        return levels.low, levels.high

    def set_image(self, image: NDArray[np.complex64] | NDArray[np.float32] | None) -> None:
        """Show an image, ``y x``; None shows nothing."""
        self._image = None if image is None else np.asarray(image, dtype=np.complex64)
        self._draw()

    def set_voxel_size(self, height: float, width: float) -> None:
        """Say how large a pixel is [m]."""
        self.canvas.set_pixel_size(height * 1e3, width * 1e3, "mm")

    def set_title(self, text: str) -> None:
        """Say what is shown: header, caption and accessible name."""
        self.header.set_title(text)
        self.canvas.title = text
        self.canvas.set_caption(text)

    def set_reconstructed(self, reconstructed: bool) -> None:
        """Say whether the image was made of fewer samples than it has."""
        self.canvas.set_strip(label_of(learned=False) if reconstructed else NOT_FOR_DIAGNOSIS)

    def set_learned(self, learned: bool) -> None:
        """Say whether a trained network took part in the reconstruction shown."""
        self.canvas.set_strip(label_of(learned=learned))

    def set_mode(self, mode: Mode) -> None:
        """Choose what of the complex image is shown."""
        if mode is self._mode:
            return
        self._mode = mode
        self._modes.setCurrentIndex(_MODES.index(mode))
        look = LOOKS[mode]
        self.canvas.set_look(look.lut, look.automatic, look.unit)
        self._draw()
        self.mode_changed.emit(mode)

    def _draw(self) -> None:
        if self._image is None:
            self.canvas.clear()
            return
        values = values_of(self._image, self._mode, brightness=Mode.MAGNITUDE)
        hue = hue_of(self._image) if self._mode is Mode.COLOUR else None
        self.canvas.set_values(values, hue=hue)

    def _words_for(self, row: int, column: int) -> str:
        if self._image is None:
            return ""
        value, place = complex(self._image[row, column]), self.canvas.place_of(row, column)
        where = f"x {place.x():.1f}  y {place.y():.1f} mm"
        if value.imag == 0:
            return f"{where}   {value.real:.4g}"
        turn = np.degrees(cmath.phase(value))
        return f"{where}   |z| {abs(value):.4g}  ∠ {turn:.0f}°"

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """M and Shift+M go through the modes, L switches the logarithm."""
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_M:
            self.set_mode(after(self._mode, -1 if shifted else 1))
        elif event.key() == Qt.Key.Key_L and not shifted:
            self.set_mode(Mode.MAGNITUDE if self._mode is Mode.LOG else Mode.LOG)
        else:
            super().keyPressEvent(event)
