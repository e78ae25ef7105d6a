"""The middle of the window: the pictures, or two results compared in their place."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from ksyn_gui.comparison_view import ComparisonView
from ksyn_gui.picture_grid import PictureGrid
from ksyn_gui.session import Session
from ksyn_gui.state.comparison import Pair
from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.tools import Tool


class Middle(QStackedWidget):
    """Shows one of the two, and lets both share voxel size, tool and links."""

    comparison_made = Signal(object)
    """ComparisonView, when it is first wanted; as four views take a while, not before."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.pictures = PictureGrid()
        self._comparison: ComparisonView | None = None
        self.addWidget(self.pictures)

    @property
    def comparison(self) -> ComparisonView:
        """Two results side by side."""
        if self._comparison is None:
            self._comparison = view = ComparisonView(self.pictures.links)
            self.addWidget(view)
            study = self._session.study
            if study.scan is not None:
                view.set_voxel_size(study.scan.voxel_size)
            view.set_reference(study.reference)
            view.set_tool(self.pictures.image.canvas.tool)
            self.comparison_made.emit(view)
        return self._comparison

    def set_voxel_size(self, size: tuple[float, float]) -> None:
        """Say how large a pixel is, height and width [m]."""
        self.pictures.set_voxel_size(size)
        if self._comparison is not None:
            self._comparison.set_voxel_size(size)

    def set_tool(self, tool: Tool) -> None:
        """Give the left button a meaning, in all views."""
        self.pictures.set_tool(tool)
        if self._comparison is not None:
            self._comparison.set_tool(tool)

    def show_pair(self, pair: Pair | None) -> None:
        """Give the room to two results, or take it back."""
        if pair is None and self._comparison is None:
            return
        self.comparison.show_pair(pair, self._session.study.frame)
        self.setCurrentWidget(self.pictures if pair is None else self.comparison)

    @property
    def canvas_in_use(self) -> ArrayCanvas:
        """The canvas with the focus; without one, that of the reconstruction."""
        focus, compared = self.focusWidget(), self._comparison
        compares = compared is not None and self.currentWidget() is compared
        canvases = compared.canvases if compared and compares else self.pictures.canvases
        focused = (canvas for canvas in canvases if focus and canvas.isAncestorOf(focus))
        return next(focused, canvases[0] if compares else self.pictures.image.canvas)

    def toggle_maximised(self) -> None:
        """Give one view of what is shown all the room, or take it back."""
        compares = self._session.comparison.pair is not None
        (self.comparison if compares else self.pictures).toggle_maximised()
