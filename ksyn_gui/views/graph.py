"""What is used of pyqtgraph, with types: it has none of its own."""
# ruff: noqa: D102, N802, N803, N815 - the names are pyqtgraph's, and documented there

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray
    from PySide6.QtCore import QPointF, QRectF, Signal
    from PySide6.QtGui import QColor, QImage, QPen
    from PySide6.QtWidgets import (
        QGraphicsGridLayout,
        QGraphicsItem,
        QGraphicsObject,
        QGraphicsScene,
        QGraphicsView,
        QGraphicsWidget,
        QWidget,
    )

    class ViewBox(QGraphicsWidget):
        """Shows a range of a plane in a rectangle of the screen."""

        sigResized = Signal(object)
        sigTransformChanged = Signal(object)
        childGroup: QGraphicsItem

        def __init__(
            self,
            *,
            lockAspect: bool = ...,
            enableMouse: bool,
            invertY: bool = ...,
            enableMenu: bool,
        ) -> None: ...
        def addItem(self, item: QGraphicsItem, ignoreBounds: bool = ...) -> None: ...
        def disableAutoRange(self) -> None: ...
        def setRange(
            self,
            rect: QRectF | None = ...,
            xRange: tuple[float, float] | None = ...,
            yRange: tuple[float, float] | None = ...,
            padding: float | None = ...,
        ) -> None: ...
        def updateMatrix(self) -> None: ...
        def mapSceneToView(self, place: QPointF) -> QPointF: ...
        def mapViewToScene(self, place: QPointF) -> QPointF: ...

    class GraphicsScene(QGraphicsScene):
        """What a `GraphicsView` shows."""

        sigMouseMoved = Signal(object)

    class GraphicsView(QGraphicsView):
        """A scene whose units are the pixels of the viewport."""

        sceneObj: GraphicsScene
        centralLayout: QGraphicsGridLayout

        def __init__(
            self, parent: QWidget | None = ..., *, background: QColor | None = ...
        ) -> None: ...
        def setCentralWidget(self, item: QGraphicsWidget) -> None: ...

    class ImageItem(QGraphicsObject):
        """Draws one array."""

        qimage: QImage | None
        _renderRequired: bool

        def setImage(
            self,
            image: NDArray[Any] | None = ...,
            *,
            autoLevels: bool = ...,
            levels: tuple[float, float] | None = ...,
            lut: NDArray[Any] | None = ...,
        ) -> None: ...
        def setRect(self, rect: QRectF) -> None: ...
        def clear(self) -> None: ...
        def render(self) -> None: ...

    class InfiniteLine(QGraphicsObject):
        """A line from edge to edge."""

        def __init__(
            self, *, pos: float = ..., angle: float, pen: QPen | None = ..., movable: bool = ...
        ) -> None: ...
        def setValue(self, value: float) -> None: ...
        def setPen(self, pen: QPen) -> None: ...

    class PlotCurveItem(QGraphicsObject):
        """Draws a polyline."""

        def __init__(self, *, antialias: bool = ...) -> None: ...
        def setData(  # type: ignore[override]
            self, x: NDArray[Any], y: NDArray[Any], *, connect: NDArray[Any] = ...
        ) -> None: ...
        def setPen(self, pen: QPen) -> None: ...
else:
    from pyqtgraph import (
        GraphicsView,
        ImageItem,
        InfiniteLine,
        PlotCurveItem,
        ViewBox,
    )

__all__ = [
    "GraphicsView",
    "ImageItem",
    "InfiniteLine",
    "PlotCurveItem",
    "ViewBox",
]
