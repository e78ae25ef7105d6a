"""Views that show another slice than the one at work, while the slice link is off."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ksyn_gui.facts import OtherSlice, ShownStep
from ksyn_gui.picture_grid import PictureGrid
from ksyn_gui.session import Session
from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.links import Link


class LoneViews(QObject):
    """K-space and reference are known of every slice, a reconstruction only of the one at work.

    Whoever scrolls the reconstruction alone puts another slice to work; k-space and reference
    then stay behind. A view that has gone its own way is not disturbed by what the session says.
    """

    def __init__(self, pictures: PictureGrid, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._pictures, self._session = pictures, session
        self._slices: dict[ArrayCanvas, int] = {}
        self._asking: ArrayCanvas | None = None
        study = session.study
        pictures.links.scrolled_alone.connect(self._scroll)
        pictures.links.switched.connect(self._switch)
        study.peeked.connect(self._show_peeked)
        study.scan_changed.connect(lambda _: self._forget())
        study.kspace_changed.connect(lambda _: self._show_kspace())
        study.reference_changed.connect(lambda _: self._show_reference())
        session.screen.step_shown.connect(self._show_step)

    def _scroll(self, canvas: ArrayCanvas, steps: int) -> None:
        study = self._session.study
        kspace, image, companion, error = self._pictures.canvases
        if canvas in (image, error):
            self._move_on(steps, behind=(kspace, companion))
        elif canvas in (kspace, companion):
            self._asking = canvas
            self._slices[canvas] = self._slices.get(canvas, study.slice) + steps
            study.peek(self._slices[canvas])

    def _move_on(self, steps: int, behind: tuple[ArrayCanvas, ...]) -> None:
        """Put another slice to work, and leave some views where they are."""
        study, before = self._session.study, self._session.study.slice
        study.set_slice(before + steps)
        if study.slice != before:
            for canvas in behind:
                index = self._slices.setdefault(canvas, before)
                self._pictures.name_slice(canvas, index)

    def _show_peeked(self, other: OtherSlice) -> None:
        canvas = self._asking
        if canvas is not None and not self._pictures.links.is_on(Link.SCROLL):
            self._slices[canvas] = other.index
            self._pictures.show_other_slice(canvas, other)

    def _switch(self, link: Link, on: bool) -> None:
        """Show the slice at work in all views again."""
        if link is Link.SCROLL and on:
            self._forget()
            self._show_kspace()
            self._show_reference()
            self._pictures.show_step(self._session.screen.shown)

    def _forget(self) -> None:
        self._slices.clear()
        self._pictures.kspace.name_slice(None)

    def _show_kspace(self) -> None:
        if self._pictures.kspace.canvas not in self._slices:
            self._pictures.kspace.set_kspace(self._session.study.kspace)

    def _show_reference(self) -> None:
        reference = self._session.study.reference
        self._pictures.error.set_reference(reference)
        if self._pictures.companion.view.canvas not in self._slices:
            self._pictures.companion.set_reference(reference)

    def _show_step(self, step: ShownStep | None) -> None:
        alone = self._pictures.kspace.canvas in self._slices
        self._pictures.show_step(step, with_kspace=not alone)
