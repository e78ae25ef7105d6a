"""The list of cards: one is looked at, a second one compared with it."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QTextLayout
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ksyn_gui.cards import CARD, Card, CardModel, Index, Kind
from ksyn_gui.theme import colours_now

_PICTURE = 54
_PAD = 6
_TALL, _LOW = _PICTURE + 2 * _PAD + 4, 34
"""Height of a card with and without a picture [pixels]."""
_WORDS = {Kind.RUNNING: "running", Kind.WAITING: "waiting", Kind.FAILED: "failed"}
_BETWEEN = " · "
"""What stands between two parts of a line."""
_SELECT = QItemSelectionModel.SelectionFlag


class CardList(QListView):
    """Shows cards; a click looks at one, Ctrl and a click compares a second with it."""

    picked = Signal(object)
    """Numbers of the results chosen, at most two, in the order they were chosen."""
    looked_at = Signal(int)
    """A result that was chosen already is to be shown again."""
    removal_wanted = Signal(object)
    """Card."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picks: list[tuple[bool, int]] = []
        self._told: list[int] = []
        self.cards = CardModel(self)
        self.setModel(self.cards)
        self.setItemDelegate(_Painter(self))
        self.setAccessibleName("Results")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setMouseTracking(True)
        self.setUniformItemSizes(False)

    @property
    def picks(self) -> list[int]:
        """Numbers of the results chosen, in the order they were chosen."""
        return [number for is_result, number in self._picks if is_result]

    @property
    def current(self) -> Card | None:
        """The card with the keyboard."""
        return self.cards.card(self.currentIndex())

    def pick(self, *numbers: int) -> None:
        """Choose results in this order, as clicks do."""
        selection = QItemSelection()
        self._picks = [(True, number) for number in numbers]
        for number in numbers:
            index = self.cards.index_of((True, number))
            selection.select(index, index)
        if numbers:
            last = self.cards.index_of((True, numbers[-1]))
            self.selectionModel().setCurrentIndex(last, _SELECT.NoUpdate)
            self.scrollTo(last)
        self.selectionModel().select(selection, _SELECT.ClearAndSelect)

    def letter_of(self, card: Card) -> str:
        """Return A or B for the two that are compared; empty for others."""
        picks = self.picks
        if card.kind is not Kind.RESULT or len(picks) < 2 or card.number not in picks:
            return ""
        return "AB"[picks.index(card.number)]

    def selectionChanged(self, on: QItemSelection, off: QItemSelection) -> None:  # noqa: N802
        """Keep at most two chosen: a third one takes the place of the second."""
        super().selectionChanged(on, off)
        chosen = [card.key for card in self._selected()]
        kept = [key for key in self._picks if key in chosen]
        new = [key for key in chosen if key not in kept]
        if len(kept) + len(new) > 2:
            self._keep_two([*kept, *new][0], [*kept, *new][-1])
            return
        self._picks = [*kept, *new]
        self.viewport().update()
        if self.picks != self._told:
            self._told = self.picks
            self.picked.emit(self.picks)

    def _selected(self) -> list[Card]:
        cards = (self.cards.card(index) for index in self.selectedIndexes())
        return [card for card in cards if card is not None]

    def _keep_two(self, first: tuple[bool, int], last: tuple[bool, int]) -> None:
        for index in self.selectedIndexes():
            card = self.cards.card(index)
            if card is not None and card.key not in (first, last):
                self.selectionModel().select(index, _SELECT.Deselect)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Show a chosen card again when it is clicked again."""
        before = self.picks
        super().mouseReleaseEvent(event)
        card = self.cards.card(self.indexAt(event.position().toPoint()))
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if plain and card is not None and self.picks == before == [card.number]:
            self.looked_at.emit(card.number)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Delete takes the card with the keyboard away."""
        card = self.current
        if event.key() == Qt.Key.Key_Delete and card is not None:
            self.removal_wanted.emit(card)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Measure the cards again in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.scheduleDelayedItemsLayout()


class _Painter(QStyledItemDelegate):
    """Paints cards, and edits their names."""

    def __init__(self, cards: CardList) -> None:
        super().__init__(cards)
        self._list = cards

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """Return the height that the kind of card needs."""
        card = index.data(CARD)
        low = card.kind in (Kind.WAITING, Kind.RUNNING)
        return QSize(120, _LOW if low else _TALL)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one card."""
        card: Card = index.data(CARD)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_back(painter, option)
        room = option.rect.adjusted(_PAD + 2, _PAD, -_PAD - 2, -_PAD)
        if card.picture is not None:
            frame = QRect(room.topLeft(), QSize(_PICTURE, _PICTURE))
            frame.moveTop(room.center().y() - _PICTURE // 2)
            _paint_picture(painter, card, frame)
            room.setLeft(frame.right() + 10)
        _paint_words(painter, card, room, option.font, self._list.letter_of(card))
        painter.restore()

    def _paint_back(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colours, state = colours_now(), option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = bool(state & QStyle.StateFlag.State_HasFocus) and self._list.hasFocus()
        back = colours.selection if chosen else colours.hover if hovered else colours.field
        painter.setBrush(QColor(back))
        painter.setPen(QColor(colours.accent) if focused else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(option.rect.adjusted(2, 1, -2, -1), 6, 6)

    def createEditor(  # noqa: N802
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index
    ) -> QWidget:
        """Return a field for the name."""
        field = QLineEdit(parent)
        field.setAccessibleName("Name of the result")
        return field

    def updateEditorGeometry(  # noqa: N802
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Put the field where the name stands."""
        left = 0 if index.data(CARD).picture is None else _PICTURE + 8
        height = editor.sizeHint().height()
        room = option.rect.adjusted(left + _PAD, 2, -_PAD, 0)
        editor.setGeometry(QRect(room.topLeft(), QSize(room.width(), height)))


def _paint_picture(painter: QPainter, card: Card, frame: QRect) -> None:
    painter.fillRect(frame, QColor("black"))
    if card.picture is None:
        return
    size = card.picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect(QPoint(0, 0), size)
    place.moveCenter(frame.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, card.picture)


def _paint_words(painter: QPainter, card: Card, room: QRect, font: QFont, letter: str) -> None:
    """Paint up to three lines, level with the picture's middle, and A or B beside the first."""
    colours, bold = colours_now(), _bold(font)
    heads = {Kind.FAILED: colours.danger, Kind.WAITING: colours.quiet, Kind.RUNNING: colours.accent}
    lines = [(_heading(card), bold, heads.get(card.kind, colours.text))]
    lines += [(text, font, colours.text) for text in _scores(card, font, room.width())]
    made_with = whole_parts(card.made_with, QFontMetrics(font), room.width())
    lines += [(made_with, font, colours.quiet)] if made_with else []
    top = room.center().y() - sum(QFontMetrics(face).height() for _, face, _ in lines) // 2
    for number, (text, face, colour) in enumerate(lines):
        metrics = QFontMetrics(face)
        line = QRect(room.left(), top, room.width(), metrics.height())
        if letter and number == 0:
            line.setRight(_paint_letter(painter, letter, line, bold))
        painter.setFont(face)
        painter.setPen(QColor(colour))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
        top += metrics.height()


def whole_parts(text: str, metrics: QFontMetrics, room: int) -> str:
    """Return as many parts of ``1.3 s · R 3.1 · Uniform`` as there is room for, one at least."""
    parts = text.split(_BETWEEN)
    while len(parts) > 1 and metrics.horizontalAdvance(_BETWEEN.join(parts)) > room:
        parts.pop()
    return _BETWEEN.join(parts)


def _paint_letter(painter: QPainter, letter: str, line: QRect, font: QFont) -> int:
    """Paint A or B at the end of a line, and return how far words may reach."""
    badge = QRect(line.right() - 17, line.center().y() - 8, 18, 18)
    colours = colours_now()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.accent))
    painter.drawRoundedRect(badge, 4, 4)
    painter.setPen(QColor(colours.on_accent))
    painter.setFont(font)
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, letter)
    return badge.left() - 4


def _heading(card: Card) -> str:
    word = _WORDS.get(card.kind, "")
    return f"{card.heading} – {word}" if word else card.heading


def _scores(card: Card, font: QFont, width: int) -> list[str]:
    """Return the second line; two lines where it tells what went wrong."""
    if card.kind is not Kind.FAILED:
        return [card.scores] if card.scores else []
    layout, lines = QTextLayout(card.scores, font), []
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        lines.append(card.scores[line.textStart() : line.textStart() + line.textLength()])
    layout.endLayout()
    return [*lines[:1], card.scores[len(lines[0]) :]] if len(lines) > 1 else lines


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
