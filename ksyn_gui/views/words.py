"""What is written over a picture, and told to a screen reader."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ksyn_gui.views.surface import Surface, has_colour_bar

_BAR_ROOM = 84
"""For the colour bar and its numbers at the right of a picture [pixels]."""


class Words(QObject):
    """Caption at the top left, read-out at the bottom left, strip below; the last one stays."""

    def __init__(self, surface: Surface, strip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._surface, self._shown = surface, True
        self.caption, self.readout = _label("over", surface), _label("over", surface)
        self.strip = _label("strip", parent)
        self.strip.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.strip.setWordWrap(True)
        self.strip.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.strip.setText(strip)
        self.strip.setVisible(bool(strip))
        self.readout.setVisible(False)
        self._title = ""
        self._telling = QTimer(self, singleShot=True, interval=250)
        self._telling.timeout.connect(self._tell)
        surface.installEventFilter(self)
        surface.viewport().installEventFilter(self)  # its size follows the surface's

    @property
    def shown(self) -> bool:
        """Whether caption and read-out are to be seen."""
        return self._shown

    def set_shown(self, shown: bool) -> None:
        """Show or hide caption and read-out."""
        self._shown = shown
        self.caption.setVisible(shown)
        self.readout.setVisible(shown and bool(self.readout.text()))
        self._lay_out()

    def write_caption(self, title: str, lines: list[str]) -> None:
        """Say what the picture is; `title` is its name for screen readers."""
        self._title, text = title, "\n".join(lines)
        if text != self.caption.text():
            self.caption.setText(text)
            self._lay_out()
            self._telling.start()

    def write_readout(self, text: str) -> bool:
        """Say what is known of the place under the pointer; return whether that is news."""
        news = text != self.readout.text()
        if news:
            self.readout.setText(text)
            self.readout.setVisible(bool(text) and self._shown)
            self._lay_out()
            self._telling.start()
        return news

    def write_strip(self, text: str) -> None:
        """Say something else at the bottom."""
        if text != self.strip.text():
            self.strip.setText(text)
            self.strip.setVisible(True)
            self._telling.start()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Keep the words in their places when the field or the font changes."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.FontChange):
            self._lay_out()
        return False

    def _lay_out(self) -> None:
        field = self._surface.viewport().rect()
        beside = _BAR_ROOM if has_colour_bar(QRectF(field)) else 12
        _fit(self.caption, field.width() - beside)
        self.caption.move(6, 5)
        _fit(self.readout, field.width() - 12)
        self.readout.move(6, field.height() - self.readout.height() - 3)

    def _tell(self) -> None:
        """Tell screen readers what the picture is, when it has come to rest."""
        labels = (self.caption, self.readout, self.strip)
        words = [label.text().replace("\n", ", ") for label in labels]
        self._surface.setAccessibleName(self._title)
        self._surface.setAccessibleDescription(". ".join(word for word in words if word))


def _fit(label: QLabel, room: int) -> None:
    """Break lines that are wider than the room there is [pixels]."""
    label.setWordWrap(False)
    label.adjustSize()
    if label.width() > room > 0:
        label.setWordWrap(True)
        label.resize(room, label.heightForWidth(room))


def _label(role: str, parent: QWidget) -> QLabel:
    """Return a label that the style sheet of the window dresses."""
    label = QLabel(parent)
    label.setProperty("role", role)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
