"""Which levels a picture has: the user's, a preset's, or another picture's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal

from ksyn_gui.views.levels import Levels, Values, between, preset_levels, span_of


class LevelChoice(QObject):
    """Follows new values by a preset until the user sets levels by hand."""

    changed = Signal()
    """The levels differ from what they were."""
    chosen = Signal(object)
    """Levels, chosen by the user or by an automatic preset."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.levels = Levels(0.0, 1.0)
        self.preset: int | None = 0
        """The number key that new values follow; None when levels were set by hand."""
        self.automatic: Callable[[Values], Levels] = between(0.1, 99.9)
        """Levels of preset 0."""
        self.about_zero = False
        """Whether zero stays in the middle, as a colour table of two signs needs it."""
        self.leads = True
        """Whether new values may choose levels; False when another picture chooses for both."""
        self.from_file: Levels | None = None
        self._values: Values = np.zeros((1, 1), np.float32)
        self._span: float | None = None
        self._my_own: Levels | None = None
        self._set_before = False

    def set(self, levels: Levels, preset: int | None) -> None:
        """Set levels, and what new values follow, without telling anybody: so links speak."""
        self.preset, self._set_before = preset, True
        if levels != self.levels:
            self.levels = levels
            self.changed.emit()

    def choose(self, levels: Levels) -> None:
        """Set levels as the user does; new values will not change them."""
        self.preset = None
        self._take(levels)

    def apply(self, preset: int) -> None:
        """Set the levels of a number key; they follow the values until they are set by hand."""
        self.preset = preset
        self._take(self._of(preset))

    def automatise(self, automatic: Callable[[Values], Levels]) -> None:
        """Follow the next values by another rule."""
        self.automatic = automatic
        self.preset, self._set_before = 0, False

    def keep_my_own(self) -> None:
        """Keep the present levels as preset 9."""
        self._my_own = self.levels

    def look_at(self, values: Values) -> None:
        """Take other values, without letting them choose."""
        self._values, self._span = values, None

    def follow(self, values: Values) -> None:
        """Let new values choose levels, if they may."""
        self.look_at(values)
        if self.preset is None:
            return
        if self.leads:
            self._take(self._of(self.preset))
        elif not self._set_before:
            self.set(self._of(self.preset), self.preset)

    def drag(self, right: float, down: float) -> None:
        """Change window and level by a drag of so many pixels."""
        if self._span is None:  # looked up once for each picture
            self._span = span_of(self._values)
        levels = self.levels.dragged(right, 0.0 if self.about_zero else down, self._span)
        self.choose(levels)

    def _of(self, preset: int) -> Levels:
        if preset == 0:
            return self.automatic(self._values)
        levels = preset_levels(preset, self._values, from_file=self.from_file, my_own=self._my_own)
        return levels.about_zero if self.about_zero else levels

    def _take(self, levels: Levels) -> None:
        self.set(levels, self.preset)
        self.chosen.emit(levels)
