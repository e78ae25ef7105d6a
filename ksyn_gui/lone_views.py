"""Views that show another slice than the one at work, while the slice link is off."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ksyn_gui.facts import OtherSlice
from ksyn_gui.picture_grid import PictureGrid
from ksyn_gui.session import Session
from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.links import Link


class LoneViews(QObject):
    """K-space and reference are known of every slice; a reconstruction only of its own."""

    def __init__(self, pictures: PictureGrid, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._pictures, self._session = pictures, session
        self._slices: dict[ArrayCanvas, int] = {}
        pictures.links.scrolled_alone.connect(self._scroll)
        pictures.links.switched.connect(self._join)
        session.study.peeked.connect(self._show)

    def _scroll(self, canvas: ArrayCanvas, steps: int) -> None:
        study = self._session.study
        kspace, image, companion, _ = self._pictures.canvases
        if canvas is image:
            study.set_slice(study.slice + steps)
        elif canvas in (kspace, companion):
            wanted = self._slices.get(canvas, study.slice) + steps
            self._slices = {canvas: wanted}
            study.peek(wanted)

    def _show(self, other: OtherSlice) -> None:
        for canvas in self._slices:
            self._slices[canvas] = other.index
            self._pictures.show_other_slice(canvas, other)

    def _join(self, link: Link, on: bool) -> None:
        """Show the slice at work in all views again."""
        if link is not Link.SCROLL or not on:
            return
        self._slices.clear()
        self._pictures.kspace.set_kspace(self._session.study.kspace)
        self._pictures.companion.set_reference(self._session.study.reference)
        self._pictures.show_step(self._session.screen.shown)
