"""The four pictures of a reconstruction, two by two, any of them as large as all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ksyn_gui.facts import Complex, MaskChoice, OtherSlice, ShownStep, made_by
from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.error_view import ErrorView
from ksyn_gui.views.image_view import ImageView
from ksyn_gui.views.kspace_view import KSpaceView
from ksyn_gui.views.links import Links
from ksyn_gui.views.tools import Tool
from ksyn_gui.views.view_header import choice

REFERENCE, ZERO_FILLED = "Reference", "Zero-filled"
PREVIEW = "Zero-filled preview"


class PictureGrid(QWidget):
    """K-space and reconstruction above, what to compare with and the error below."""

    maximised_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.kspace = KSpaceView()
        self.image = ImageView("Reconstruction", reconstructed=True)
        self.companion = Companion()
        self.error = ErrorView()
        self.links = Links(self)
        self._rows = _splitter(Qt.Orientation.Vertical)
        self._pairs = [_splitter(Qt.Orientation.Horizontal) for _ in range(2)]
        self._maximised: QWidget | None = None
        self._zero_filled: NDArray[np.float32] | None = None
        self._step_shown = False
        self._lay_out()
        self._link()

    @property
    def views(self) -> list[QWidget]:
        """The four views, in reading order."""
        return [self.kspace, self.image, self.companion, self.error]

    @property
    def canvases(self) -> list[ArrayCanvas]:
        """The four canvases, in reading order."""
        views = (self.kspace, self.image, self.companion.view, self.error)
        return [view.canvas for view in views]

    @property
    def maximised(self) -> QWidget | None:
        """The view that has all the room, if one has."""
        return self._maximised

    def set_voxel_size(self, size: tuple[float, float]) -> None:
        """Say how large a pixel is, height and width [m]."""
        for view in (self.kspace, self.image, self.companion.view, self.error):
            view.set_voxel_size(*size)

    def show_step(self, step: ShownStep | None, *, with_kspace: bool = True) -> None:
        """Show a step in all views that a reconstruction has a say in; k-space may be left out."""
        self.image.set_image(None if step is None else step.image)
        self.error.set_deviation(None if step is None else step.deviation)
        self.error.set_image(None if step is None else step.image)
        learned = step is not None and step.learned
        predicted = step.kspace if step is not None and with_kspace else None
        self.kspace.set_predicted(predicted, learned=learned)
        for view in (self.image, self.error):
            view.set_learned(learned)
        self._step_shown = step is not None
        if step is None:
            self._show_preview()
        else:
            self._name_image(step.title, made_by(step.title, learned=step.learned))

    def show_zero_filled(self, image: NDArray[np.float32] | None) -> None:
        """Show what the mask leaves; also as a reconstruction, until there is one."""
        self._zero_filled = image
        self.companion.set_zero_filled(image)
        if not self._step_shown:
            self._show_preview()

    def _name_image(self, title: str, caption: str = "") -> None:
        if title != self.image.header.title:  # naming it anew lays out the whole view anew
            self.image.set_title(title)
            self.image.canvas.set_caption(caption or title)

    def _show_preview(self) -> None:
        self._name_image("Reconstruction" if self._zero_filled is None else PREVIEW)
        self.image.set_image(self._zero_filled)
        self.error.set_image(self._zero_filled)

    def show_mask(self, mask: MaskChoice | None, frame: int) -> None:
        """Draw the mask of a frame over k-space."""
        self.kspace.set_mask(None if mask is None else mask.frame(frame))

    def show_other_slice(self, canvas: ArrayCanvas, other: OtherSlice) -> None:
        """Show another slice in one view that is not linked."""
        if canvas is self.kspace.canvas:
            self.kspace.set_kspace(other.kspace)
        elif canvas is self.companion.view.canvas:
            self.companion.view.set_image(other.reference)
        self.name_slice(canvas, other.index)

    def name_slice(self, canvas: ArrayCanvas, index: int) -> None:
        """Say which slice a view shows that is not linked."""
        if canvas is self.kspace.canvas:
            self.kspace.name_slice(index)
        elif canvas is self.companion.view.canvas:
            self.companion.view.set_title(f"{REFERENCE}, slice {index + 1}")

    def set_tool(self, tool: Tool) -> None:
        """Give the left button a meaning, in all views."""
        for canvas in self.canvases:
            canvas.set_tool(tool)

    def toggle_maximised(self, view: QWidget | None = None) -> None:
        """Give a view (the one with the focus, if none is named) all the room, or take it back."""
        chosen = view or self._focused()
        self._maximised = None if self._maximised is not None else chosen
        for other in self.views:
            other.setVisible(self._maximised in (None, other))
        for row, pair in zip(self._pairs, (self.views[:2], self.views[2:]), strict=True):
            row.setVisible(self._maximised is None or self._maximised in pair)
        self.maximised_changed.emit(self._maximised is not None)

    def _focused(self) -> QWidget:
        focus = self.focusWidget()
        inside = (view for view in self.views if focus and view.isAncestorOf(focus))
        return next(inside, self.image)

    def _lay_out(self) -> None:
        for row, pair in zip(self._pairs, (self.views[:2], self.views[2:]), strict=True):
            for view in pair:
                row.addWidget(view)
            row.setSizes([1000, 1000])
            self._rows.addWidget(row)
        self._rows.setSizes([1000, 1000])
        self._keep_columns_together()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._rows)

    def _keep_columns_together(self) -> None:
        upper, lower = self._pairs
        upper.splitterMoved.connect(lambda *_: lower.setSizes(upper.sizes()))
        lower.splitterMoved.connect(lambda *_: upper.setSizes(lower.sizes()))

    def _link(self) -> None:
        kspace, image, companion, error = self.canvases
        self.links.add(kspace, plane="k-space")
        self.links.add(image, quantity="image", leads=False)
        self.links.add(companion, quantity="image")
        self.links.add(error)
        for view, canvas in zip(self.views, self.canvases, strict=True):
            canvas.maximise_requested.connect(lambda view=view: self.toggle_maximised(view))


class Companion(QWidget):
    """What the reconstruction is compared with: the reference, or the zero-filled image."""

    def __init__(self) -> None:
        super().__init__()
        self.view = ImageView(REFERENCE)
        self._pictures: dict[str, Complex | NDArray[np.float32] | None] = {
            REFERENCE: None,
            ZERO_FILLED: None,
        }
        self.choice = choice([REFERENCE, ZERO_FILLED], "Compared with", "What stands here")
        self.choice.currentTextChanged.connect(self._draw)
        self.view.header.add(self.choice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)

    def set_reference(self, image: NDArray[np.float32] | None) -> None:
        """Take the reference; without one the zero-filled image is shown."""
        had_one = self._pictures[REFERENCE] is not None
        self._pictures[REFERENCE] = image
        self.choice.setEnabled(image is not None)
        if image is None:
            self.choice.setCurrentText(ZERO_FILLED)
        elif not had_one:
            self.choice.setCurrentText(REFERENCE)
        self._draw()

    def set_zero_filled(self, image: NDArray[np.float32] | None) -> None:
        """Take the zero-filled image."""
        self._pictures[ZERO_FILLED] = image
        if self.choice.currentText() == ZERO_FILLED:
            self._draw()

    def _draw(self) -> None:
        name = self.choice.currentText()
        self.view.set_title(name)
        self.view.set_reconstructed(name == ZERO_FILLED)
        self.view.set_image(self._pictures[name])


def _splitter(orientation: Qt.Orientation) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(4)
    return splitter
