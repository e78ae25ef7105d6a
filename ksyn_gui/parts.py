"""Small building bricks that make every panel look like the next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ksyn_gui.theme import icon

MARGIN = 12
"""Between a panel's edge and what is in it [pixels]."""
GAP = 8
"""Between two rows [pixels]."""
_IN_THE_MIDDLE = Qt.TextElideMode.ElideMiddle
_AT_ONCE = 500
"""What takes no longer needs no sign of life; Qt paints one thirty times a second [ms]."""


def column(parent: QWidget) -> QVBoxLayout:
    """Give a panel its layout: one column, the usual margins."""
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
    layout.setSpacing(GAP)
    return layout


def heading(text: str) -> QLabel:
    """Return a small heading."""
    return _label(text, "heading")


def quiet(text: str = "", *, lines: int = 1) -> QLabel:
    """Return a wrapped text of less importance, with room for so many lines."""
    label = _label(text, "quiet")
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    label.setMinimumHeight(lines * label.fontMetrics().lineSpacing())
    return label


def warning() -> QLabel:
    """Return a wrapped text in the colour of warnings, hidden until there is one."""
    label = _label("", "warning")
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.hide()
    return label


def value(text: str = "") -> QLabel:
    """Return a value that can be selected and copied."""
    label = _label(text, "value")
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


class Steady(QLabel):
    """A value with the room of its longest text: another one lays out nothing anew."""

    def __init__(self, longest: str, text: str = "", role: str = "value") -> None:
        super().__init__(text)
        self._longest = longest
        self.setProperty("role", role)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        room = self.fontMetrics().size(Qt.TextFlag.TextSingleLine, self._longest)
        self.setFixedSize(room.width() + 4, room.height())


class Elided(QLabel):
    """One line of text that is shortened where there is no room for all of it."""

    def __init__(self, text: str = "", where: Qt.TextElideMode = _IN_THE_MIDDLE) -> None:
        super().__init__(text)
        self._where = where

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Need no more room than a few letters."""
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Paint as much of the text as there is room for."""
        painter, room = QPainter(self), self.contentsRect()
        words = self.fontMetrics().elidedText(self.text(), self._where, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


class ProgressBar(QProgressBar):
    """A bar that waits for the next painting; Qt's own repaints the whole window at once."""

    def __init__(self) -> None:
        super().__init__()
        self._patience = QTimer(self, singleShot=True, interval=_AT_ONCE)
        self._patience.timeout.connect(lambda: self.setRange(0, 0))

    def wait(self) -> None:
        """Show that something of unknown length goes on; nothing moves where it is over at once."""
        self.show_part(0, 1)
        self._patience.start()

    def show_part(self, done: int, total: int) -> None:
        """Show how much is done."""
        self._patience.stop()
        self.setRange(0, total)
        self.setValue(done)

    def settle(self) -> None:
        """Wait no more."""
        self._patience.stop()
        self.setRange(0, max(self.maximum(), 1))

    def setValue(self, value: int) -> None:  # noqa: N802
        """Show another value."""
        self.setUpdatesEnabled(False)
        super().setValue(value)
        self.setUpdatesEnabled(True)


def hairline() -> QFrame:
    """Return a thin line between two parts."""
    line = QFrame()
    line.setProperty("role", "line")
    return line


def tool_button(icon_name: str, name: str, tip: str) -> QToolButton:
    """Return a button with an icon only; `name` is for screen readers."""
    button = QToolButton()
    button.setIcon(icon(icon_name))
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setAutoRaise(True)
    return button


def push_button(text: str, icon_name: str, tip: str, *, main: bool = False) -> QPushButton:
    """Return a button with text; the `main` one of a panel has the accent's colour."""
    button = QPushButton(icon(icon_name, on_accent=main), text)
    button.setToolTip(tip)
    button.setProperty("main", main)
    return button


def scrolled(content: QWidget) -> QScrollArea:
    """Return the content in an area that scrolls up and down, and is never too narrow for it."""
    return _UpAndDown(content)


class _UpAndDown(QScrollArea):
    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(content)
        content.installEventFilter(self)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Be as wide as the content must be, with its scroll bar."""
        hint, content = super().minimumSizeHint(), self.widget()
        if content is None:
            return hint
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(content.minimumSizeHint().width() + bar, hint.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Tell the dock when the content needs another width."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    return label
