"""Two results under one window and level: beside each other, and as their difference."""

from __future__ import annotations

from enum import StrEnum
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ksyn_gui.facts import StoredResult, made_by
from ksyn_gui.parts import tool_button
from ksyn_gui.scalars import scalar_text
from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.complex_modes import Mode
from ksyn_gui.views.error_view import ErrorKind, ErrorView
from ksyn_gui.views.image_view import ImageView
from ksyn_gui.views.links import Link, Links
from ksyn_gui.views.tools import Tool
from ksyn_gui.views.view_header import ViewHeader, after, choice

_DIFFERENCE = "A − B"
_SCORES = ("psnr", "ssim")
_SHOULD_AGREE = ("slice", "mask")
"""What two recipes must have in common for their results to be compared."""


class Arrangement(StrEnum):
    """What of the two is to be seen."""

    SIDE_BY_SIDE = "Side by side"
    ALL = "With difference"
    DIFFERENCE = "Difference"


class ComparisonView(QWidget):
    """Shows result A, result B, A − B, and the reference where there is one.

    Args:
        links: Zoom, crosshair, levels and slice are shared with all other pictures.
    """

    left = Signal()
    """The user wants to go back to the other pictures."""
    swap_wanted = Signal()
    """The user wants A and B to change places."""

    def __init__(self, links: Links) -> None:
        super().__init__()
        self.bar = ViewHeader("Comparison", self)
        self.a = ImageView("A", reconstructed=True)
        self.b = ImageView("B", reconstructed=True)
        self.difference = ErrorView(title=_DIFFERENCE, kinds=(ErrorKind.SIGNED, ErrorKind.ABSOLUTE))
        self.reference = ImageView("Reference")
        self.hold = QToolButton()
        self.warning = QLabel()
        self.arrangements = choice(list(Arrangement), "Arrangement", "What is to be seen (V)")
        self._arrangement = Arrangement.ALL
        self._pair: tuple[StoredResult, StoredResult] | None = None
        self._frame = 0
        self._links = links
        self._held = False
        self._alone: QWidget | None = None
        self._has_reference = False
        self._lay_out()
        self._link()
        self._arrange()

    @property
    def canvases(self) -> list[ArrayCanvas]:
        """Those of A, B, their difference and the reference."""
        return [view.canvas for view in (self.a, self.b, self.difference, self.reference)]

    @property
    def _views(self) -> list[QWidget]:
        return [self.a, self.b, self.difference, self.reference]

    @property
    def arrangement(self) -> Arrangement:
        """What is to be seen."""
        return self._arrangement

    def show_pair(self, pair: tuple[StoredResult, StoredResult] | None, frame: int = 0) -> None:
        """Show a frame of two results; None shows nothing."""
        self._pair, self._frame = pair, frame
        self._draw()

    def set_frame(self, frame: int) -> None:
        """Show another frame of both."""
        self.show_pair(self._pair, frame)

    def set_reference(self, reference: NDArray[np.float32] | None) -> None:
        """Show this image as the fourth; without one the difference has its room."""
        self._has_reference = reference is not None
        self.reference.set_image(reference)
        self._arrange()

    def set_voxel_size(self, size: tuple[float, float]) -> None:
        """Say how large a pixel is, height and width [m]."""
        for view in (self.a, self.b, self.difference, self.reference):
            view.set_voxel_size(*size)

    def set_tool(self, tool: Tool) -> None:
        """Give the left button a meaning, in all views."""
        for canvas in self.canvases:
            canvas.set_tool(tool)

    def arrange(self, arrangement: Arrangement | None = None) -> None:
        """Choose what is to be seen; without a choice the next."""
        arrangement = arrangement or after(self._arrangement)
        self._arrangement, self._alone = arrangement, None
        self.arrangements.setCurrentText(arrangement)
        self._arrange()

    def toggle_maximised(self, view: QWidget | None = None) -> None:
        """Give a view (A, if none is named) all the room, or take it back."""
        self._alone = None if self._alone is not None else view or self.a
        self._arrange()

    def flicker(self, *, on: bool) -> None:
        """Put B in the place of A, or A back: what differs then moves."""
        if on is not self._held:
            self._held = on
            self._draw()

    def _draw(self) -> None:
        if self._pair is None:
            for view in (self.a, self.b, self.difference):
                view.set_image(None)
            return
        one, other = self._pair
        self.difference.set_reference(np.abs(_frame_of(other, self._frame)))
        self.difference.set_image(_frame_of(one, self._frame))
        self.difference.set_learned(one.learned or other.learned)
        self._put(self.a, "B" if self._held else "A", other if self._held else one)
        self._put(self.b, "B", other)
        self.warning.setText(_warning(one, other))
        self._share_levels()

    def _put(self, view: ImageView, letter: str, result: StoredResult) -> None:
        scores = "   ".join(
            scalar_text(name, result.metrics[name]) for name in _SCORES if name in result.metrics
        )
        view.set_title(f"{letter}   {result.label}")
        name = made_by(f"{letter}   {result.label}", learned=result.learned)
        view.canvas.set_caption("\n".join(filter(None, [name, scores])))
        view.set_image(_frame_of(result, self._frame))
        view.set_learned(result.learned)

    def _share_levels(self) -> None:
        """Draw both through the same levels from the first picture on, not from the first drag."""
        if self._links.is_on(Link.LEVELS):
            for view in (self.b, self.reference):
                view.canvas.set_levels(self.a.canvas.levels, self.a.canvas.level_choice.preset)

    def _set_mode(self, mode: Mode) -> None:
        """Show the same of all complex images."""
        for view in (self.a, self.b, self.reference):
            view.set_mode(mode)
        self._share_levels()

    def _arrange(self) -> None:
        shown = self._shown_views()
        for place, view in enumerate(self._views):
            view.setVisible(view in shown)
            alone = view is self.difference and self.reference not in shown
            self._grid.addWidget(view, *divmod(place, 2), 1, 2 if alone else 1)
        one, other, below, beside = (int(view in shown) for view in self._views)
        self._grid.setRowStretch(0, one or other)
        self._grid.setRowStretch(1, below or beside)
        self._grid.setColumnStretch(0, one or below)
        self._grid.setColumnStretch(1, other or beside)

    def _shown_views(self) -> list[QWidget]:
        if self._alone is not None:
            return [self._alone]
        if self._arrangement is Arrangement.SIDE_BY_SIDE:
            return [self.a, self.b]
        if self._arrangement is Arrangement.DIFFERENCE:
            return [self.difference]
        return self._views if self._has_reference else self._views[:3]

    def _lay_out(self) -> None:
        self.hold.setText("Flicker")
        self.hold.setProperty("role", "framed")
        self.hold.setToolTip("Hold to see B in the place of A (`)")
        self.hold.setAccessibleName("Hold to see B in the place of A")
        self.hold.pressed.connect(lambda: self.flicker(on=True))
        self.hold.released.connect(lambda: self.flicker(on=False))
        self.warning.setProperty("role", "warning")
        swap = tool_button("swap", "Swap A and B", "Let A and B change places (Shift+V)")
        swap.clicked.connect(self.swap_wanted)
        close = tool_button("x", "End the comparison", "Back to the other pictures (Esc)")
        close.clicked.connect(self.left)
        for control in (self.warning, self.hold, self.arrangements, swap, close):
            self.bar.add(control)
        self.arrangements.setCurrentText(self._arrangement)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self.bar)
        layout.addLayout(self._grid, 1)
        self.setFocusProxy(self.a)

    def _link(self) -> None:
        for view in (self.a, self.b, self.reference):
            self._links.add(view.canvas, quantity="image", leads=False)
        self._links.add(self.difference.canvas)
        for view in (self.a, self.b, self.reference):
            view.mode_changed.connect(self._set_mode)
        for canvas, owner in zip(self.canvases, self._views, strict=True):
            canvas.maximise_requested.connect(partial(self.toggle_maximised, owner))
        self.arrangements.currentTextChanged.connect(lambda text: self.arrange(Arrangement(text)))


def _frame_of(result: StoredResult, frame: int) -> NDArray[np.complex64]:
    image: NDArray[np.complex64] = result.image[min(frame, len(result.image) - 1)]
    return image


def _warning(one: StoredResult, other: StoredResult) -> str:
    """Return what makes the two hard to compare; empty when nothing does."""
    recipes = one.engine_result.recipe, other.engine_result.recipe
    first, second = ([getattr(recipe, name) for name in _SHOULD_AGREE] for recipe in recipes)
    pairs = zip(_SHOULD_AGREE, first, second, strict=True)
    differs = [name for name, mine, its in pairs if mine != its]
    return f"Different {' and '.join(differs)}" if differs else ""
