"""What the reconstruction gets wrong: its difference from the reference, enlarged."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ksyn.labels import label_of
from ksyn_gui.views import canvas_keys
from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.levels import Levels, Values, between
from ksyn_gui.views.luts import SIGNED
from ksyn_gui.views.view_header import ViewHeader, choice

SCALES = (1, 2, 5, 10, 20, 50)


class ErrorKind(StrEnum):
    """Which difference of the magnitudes is shown."""

    SIGNED = "Signed"
    ABSOLUTE = "Absolute"
    DEVIATION = "Deviation"
    """Not a difference: how far several samples lie apart, at the scale of the error."""


class ErrorView(QWidget):
    """Shows |image| − |reference|; full colour is reached at the reference's range over the scale.

    The map is symmetric about zero: blue where signal is missing, orange where there is too much.
    With several samples their deviation can stand in its place, in the same colours as the
    absolute error: where the two look alike, the samples know where they are wrong.

    Args:
        parent: Its owner.
        title: What the difference is called.
        kinds: What can be chosen.
    """

    scale_changed = Signal(int)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        title: str = "Error",
        kinds: Sequence[ErrorKind] = tuple(ErrorKind),
    ) -> None:
        super().__init__(parent)
        self._title = title
        self.header = ViewHeader(title, self, keys=canvas_keys.KEYS)
        self.canvas = ArrayCanvas(title, strip=label_of(learned=False), parent=self)
        self.canvas.describe_with(self._words_for)
        self._image: Values | None = None
        self._reference: Values | None = None
        self._deviation: Values | None = None
        self._range, self._needs_range = 1.0, True
        self._scale, self._kind = 5, ErrorKind.SIGNED
        self._kinds = choice(list(kinds), "Kind of error", "Which difference is shown")
        self._scales = choice([f"×{scale}" for scale in SCALES], "Error scale", _SCALE_HELP)
        self._scales.setCurrentIndex(SCALES.index(self._scale))
        self._kinds.currentTextChanged.connect(lambda text: self.set_kind(ErrorKind(text)))
        self._scales.currentIndexChanged.connect(lambda index: self.set_scale(SCALES[index]))
        self.header.add(self._kinds)
        self.header.add(self._scales)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)
        self._restyle()

    @property
    def scale(self) -> int:
        """How many times the error is enlarged."""
        return self._scale

    @property
    def kind(self) -> ErrorKind:
        """Which difference is shown."""
        return self._kind

    def set_image(self, image: NDArray[np.complex64] | NDArray[np.float32] | None) -> None:
        """Show the error of this image, ``y x``."""
        self._image = None if image is None else np.abs(image).astype(np.float32, copy=False)
        if self._needs_range and self._image is not None:
            self._take_range(self._image)
        self._draw()

    def set_reference(self, reference: NDArray[np.float32] | None) -> None:
        """Compare with this magnitude image, ``y x``; without one there is no error to show."""
        self._reference = reference
        self._needs_range = reference is None
        if reference is not None:
            self._take_range(reference)
        self._draw()

    def _take_range(self, values: Values) -> None:
        """Measure errors and deviations against the range of these values."""
        self._needs_range = False
        self._range = max(between(0.0, 99.9)(values).high, 1e-30)
        self._restyle()

    def set_deviation(self, deviation: Values | None) -> None:
        """Offer the deviation of several samples, ``y x``; it is drawn with the next image."""
        self._deviation = deviation

    def set_learned(self, learned: bool) -> None:
        """Say whether a trained network took part in the image whose error is shown."""
        self.canvas.set_strip(label_of(learned=learned))

    def set_voxel_size(self, height: float, width: float) -> None:
        """Say how large a pixel is [m]."""
        self.canvas.set_pixel_size(height * 1e3, width * 1e3, "mm")

    def set_scale(self, scale: int) -> None:
        """Enlarge the error so many times."""
        if scale == self._scale:
            return
        self._scale = scale
        self._scales.setCurrentIndex(SCALES.index(scale))
        self._restyle()
        self._draw()
        self.scale_changed.emit(scale)

    def set_kind(self, kind: ErrorKind) -> None:
        """Choose which difference is shown."""
        if kind is not self._kind:
            self._kind = kind
            self._kinds.setCurrentText(kind)
            self.header.set_title(self._name)
            self._restyle()
            self._draw()

    def error(self) -> Values | None:
        """Return the difference shown, not enlarged; None without image or reference."""
        image, reference = self._image, self._reference
        if self._kind is ErrorKind.DEVIATION:
            return self._deviation
        if image is None or reference is None or image.shape != reference.shape:
            return None
        difference: Values = image - reference
        return np.abs(difference) if self._kind is ErrorKind.ABSOLUTE else difference

    def _restyle(self) -> None:
        end = self._range / self._scale
        if self._kind is ErrorKind.SIGNED:
            self.canvas.set_look(SIGNED, lambda _: Levels(-end, end), "")
        else:
            self.canvas.set_look("heat", lambda _: Levels(0.0, end), "")

    def _draw(self) -> None:
        error = self.error()
        if error is None:
            self.canvas.clear()
            self.canvas.set_caption(f"{self._name}: {self._why_empty()}")
            return
        self.canvas.set_values(error)
        self.canvas.set_caption(f"{self._name} ×{self._scale}")

    def _why_empty(self) -> str:
        if self._kind is ErrorKind.DEVIATION:
            return "how far samples lie apart\nSet Samples to 2 or more, then run."
        if self._image is None:
            return "no reconstruction yet"
        if self._reference is None:
            return "no reference\nThe scan is not fully sampled."
        return "image and reference differ in size"

    @property
    def _name(self) -> str:
        return self._kind.value if self._kind is ErrorKind.DEVIATION else self._title

    def _words_for(self, row: int, column: int) -> str:
        error, place = float(self.canvas.values[row, column]), self.canvas.place_of(row, column)
        share = 100 * error / self._range
        return f"x {place.x():.1f}  y {place.y():.1f} mm   {error:+.3g} ({share:+.1f} %)"


_SCALE_HELP = "Full colour stands for the reference's range divided by this number"
