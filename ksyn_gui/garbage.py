"""Collect Python's garbage in the window's thread, between events.

Left to itself, the collector runs wherever an object happens to be made: in a worker thread, where
no widget may be destroyed, or inside a paint event of the very widget it destroys. Both crash.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_PERIOD = 2000
"""Time between two looks [ms]."""


class GarbageCollector(QObject):
    """Takes over from the automatic collector until `close`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        self._timer = QTimer(self, interval=_PERIOD)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        gc.disable()

    def look(self) -> None:
        """Collect the oldest generation that has grown beyond its threshold."""
        counts = gc.get_count()
        grown = [n for n in range(3) if counts[n] > self._thresholds[n]]
        if grown:
            gc.collect(grown[-1])

    def close(self) -> None:
        """Hand back to the automatic collector."""
        self._timer.stop()
        gc.enable()
