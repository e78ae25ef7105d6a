"""A finished, failed or waiting run as a card: a small picture and a few words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QImage

Index = QModelIndex | QPersistentModelIndex
CARD = Qt.ItemDataRole.UserRole
_SIDE = 128
"""Longer side of a thumbnail: twice what it is drawn at, for dense screens [pixels]."""
_NOWHERE = QModelIndex()


class Kind(Enum):
    """What a card stands for."""

    RESULT = "result"
    RUNNING = "running"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class Card:
    """What a card shows."""

    kind: Kind
    number: int
    """Of the result, or of the place in the queue."""
    heading: str
    scores: str = ""
    """Metrics and time."""
    made_with: str = ""
    """Mask, acceleration, seed."""
    picture: QImage | None = None
    description: str = ""
    """All that is known, for the tooltip and screen readers."""

    @property
    def key(self) -> tuple[bool, int]:
        """What tells it from other cards: a run leaves the queue before it is a result."""
        return self.kind is Kind.RESULT, self.number


class CardModel(QAbstractListModel):
    """The cards in the order they are shown."""

    renamed = Signal(int, str)
    """Number of a result and what it shall be called."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: list[Card] = []

    def set_cards(self, cards: Iterable[Card]) -> None:
        """Show these cards; those that stay keep their order, and keep being chosen."""
        cards = list(cards)
        stay = {card.key for card in cards}
        for row in reversed(range(len(self._cards))):
            if self._cards[row].key not in stay:
                self.beginRemoveRows(_NOWHERE, row, row)
                del self._cards[row]
                self.endRemoveRows()
        for row, card in enumerate(cards):
            self._put(row, card)

    def _put(self, row: int, card: Card) -> None:
        """Replace the card of that key, or let it in; cards never change their order."""
        if row < len(self._cards) and self._cards[row].key == card.key:
            self._cards[row] = card
            self.dataChanged.emit(self.index(row), self.index(row))
            return
        self.beginInsertRows(_NOWHERE, row, row)
        self._cards.insert(row, card)
        self.endInsertRows()

    def card(self, index: Index) -> Card | None:
        """Return the card at a place."""
        return self._cards[index.row()] if index.isValid() else None

    def index_of(self, key: tuple[bool, int]) -> QModelIndex:
        """Return the place of a card; an invalid one where there is none."""
        rows = [row for row, card in enumerate(self._cards) if card.key == key]
        return self.index(rows[0]) if rows else QModelIndex()

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802
        """Return how many cards there are."""
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """Return what a role is told of a card."""
        card = self.card(index)
        if card is None:
            return None
        roles = Qt.ItemDataRole
        return {
            roles.DisplayRole: card.heading,
            roles.EditRole: card.heading,
            roles.ToolTipRole: card.description,
            roles.AccessibleTextRole: f"{card.heading}. {card.scores}".strip(),
            roles.AccessibleDescriptionRole: card.description,
            CARD: card,
        }.get(Qt.ItemDataRole(role))

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802, ANN401
        """Take a new name of a result."""
        card, name = self.card(index), str(value).strip()
        if card is None or role != Qt.ItemDataRole.EditRole or name == card.heading:
            return False
        self.renamed.emit(card.number, name)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let results be renamed."""
        card, flags = self.card(index), super().flags(index)
        named = card is not None and card.kind is Kind.RESULT
        return flags | Qt.ItemFlag.ItemIsEditable if named else flags


def thumbnail(
    image: NDArray[np.float32], top: float, voxel_size: tuple[float, float] = (1.0, 1.0)
) -> QImage:
    """Return a magnitude image ``y x`` small and grey, black at 0 and white at `top`.

    Args:
        image: Magnitude.
        top: What is white; the same for cards that shall be comparable.
        voxel_size: Height and width of a pixel, in any unit.
    """
    grey = np.clip(image * (255.0 / max(top, 1e-30)), 0, 255).astype(np.uint8)
    rows, columns = grey.shape
    large = QImage(grey.tobytes(), columns, rows, columns, QImage.Format.Format_Grayscale8)
    height, width = rows * voxel_size[0], columns * voxel_size[1]
    scale = _SIDE / max(height, width)
    return large.scaled(
        max(round(width * scale), 1),
        max(round(height * scale), 1),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
