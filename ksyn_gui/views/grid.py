"""Where the samples of an array lie in the plane."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF


@dataclass(frozen=True)
class Grid:
    """Rows and columns around the origin, which is at sample ``n // 2``."""

    rows: int = 1
    columns: int = 1
    height: float = 1.0
    """From row to row."""
    width: float = 1.0
    """From column to column."""

    @property
    def extent(self) -> QRectF:
        """The rectangle that all samples cover."""
        left = -(self.columns // 2 + 0.5) * self.width
        top = -(self.rows // 2 + 0.5) * self.height
        return QRectF(left, top, self.columns * self.width, self.rows * self.height)

    def sample_at(self, place: QPointF) -> tuple[int, int]:
        """Return row and column at a place, perhaps outside the array."""
        row = round(place.y() / self.height) + self.rows // 2
        return row, round(place.x() / self.width) + self.columns // 2

    def place_of(self, row: int, column: int) -> QPointF:
        """Return the place of the middle of a sample."""
        right, down = column - self.columns // 2, row - self.rows // 2
        return QPointF(right * self.width, down * self.height)

    def contains(self, row: int, column: int) -> bool:
        """Return whether there is such a row and column."""
        return 0 <= row < self.rows and 0 <= column < self.columns

    def nearest(self, row: int, column: int) -> tuple[int, int]:
        """Return the row and column of the array that come closest."""
        return min(max(row, 0), self.rows - 1), min(max(column, 0), self.columns - 1)
