"""A view of pyqtgraph that is painted together with the rest of the window."""

from __future__ import annotations

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsView, QWidget

from ksyn_gui.views.graph import GraphicsView


class SceneView(GraphicsView):
    """Painted once for all that changed, when `refresh` says so.

    Left to itself, each scene with something new paints the whole window at once: four pictures
    and three curves make it seven times where one would do.
    """

    def __init__(self, parent: QWidget | None = None, *, background: QColor | None = None) -> None:
        super().__init__(parent, background=background)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)

    def refresh(self) -> None:
        """Paint what has changed, with the next painting of the window."""
        self.viewport().update()
