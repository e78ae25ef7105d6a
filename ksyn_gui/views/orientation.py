"""How pictures of the body are turned on the screen; the data never are."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QTransform


@dataclass(frozen=True)
class Orientation:
    """Mirrored left to right first, then turned clockwise by quarters."""

    quarters: int = 0
    mirrored: bool = False

    def turned(self, quarters: int) -> Orientation:
        """Return this, turned clockwise by so many quarters more."""
        return Orientation((self.quarters + quarters) % 4, self.mirrored)

    def flipped(self, *, upside_down: bool = False) -> Orientation:
        """Return this, as a mirror beside it shows it, or one below it."""
        back = -self.quarters + (2 if upside_down else 0)
        return Orientation(back % 4, not self.mirrored)

    @property
    def is_sideways(self) -> bool:
        """Whether rows run up or down."""
        return self.quarters % 2 == 1

    @property
    def transform(self) -> QTransform:
        """From the picture as it lies in memory to the screen, about the origin."""
        sign = -1.0 if self.mirrored else 1.0
        return QTransform.fromScale(sign, 1.0) * QTransform().rotate(90.0 * self.quarters)

    @property
    def words(self) -> str:
        """What a caption says of it; empty when nothing is turned."""
        angle = {0: "", 1: "turned 90° right", 2: "turned 180°", 3: "turned 90° left"}
        parts = ["mirrored" if self.mirrored else "", angle[self.quarters]]
        return ", ".join(part for part in parts if part).capitalize()

    def size_of(self, size: QSizeF) -> QSizeF:
        """Return width and height on the screen."""
        return size.transposed() if self.is_sideways else size

    def back(self, step: QPointF) -> QPointF:
        """Return which way in the picture leads this way on the screen."""
        return self.transform.inverted()[0].map(step)


UPRIGHT = Orientation()
