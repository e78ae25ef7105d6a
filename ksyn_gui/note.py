"""A few words about a field, said over the panel: nothing moves when they come and go."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

_LASTS = 8000
"""Time to read it in [ms]."""
_APART = 3
"""Between field and note [pixels]."""


class Note(QLabel):
    """Stands above the field it tells of, for a while; what is next is typed below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "note")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._leaving = QTimer(self, singleShot=True, interval=_LASTS)
        self._leaving.timeout.connect(self.hide)
        self.hide()

    def say(self, words: str, field: QWidget) -> None:
        """Say it above the field, or below where there is no room above."""
        ground = _ground_of(field)
        self.setParent(ground)
        self.setText(words)
        self.adjustSize()
        self.move(self._place_on(ground, field))
        self.show()
        self.raise_()
        self._leaving.start()

    def _place_on(self, ground: QWidget, field: QWidget) -> QPoint:
        seen, corner = ground.visibleRegion().boundingRect(), field.mapTo(ground, QPoint())
        left = max(min(corner.x(), ground.width() - self.width()), 0)
        above, below = corner.y() - self.height() - _APART, corner.y() + field.height() + _APART
        return QPoint(left, above if above >= seen.top() else below)


def _ground_of(widget: QWidget) -> QWidget:
    """Return what a widget is scrolled with, or else its window."""
    parent = None if widget.isWindow() else widget.parentWidget()
    if parent is None or isinstance(parent.parentWidget(), QScrollArea):
        return widget
    return _ground_of(parent)
