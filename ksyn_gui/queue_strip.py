"""How far the queue of runs is."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ksyn_gui.actions import action_info
from ksyn_gui.facts import Progress
from ksyn_gui.parts import tool_button, value
from ksyn_gui.state.run_queue import QueueProgress


class QueueStrip(QWidget):
    """How far the queue is, and the button that ends it; hidden when it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.words = value()
        self.bar = QProgressBar()
        key = action_info("stop").key_text
        self.stop = tool_button(
            "stop", "Stop all", f"Stop this run and forget those that wait ({key})"
        )
        self._done = self._total = 0
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the queue")
        line = QHBoxLayout()
        line.addWidget(self.words, 1)
        line.addWidget(self.stop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self.bar)
        self.hide()

    def show_queue(self, progress: QueueProgress) -> None:
        """Show how many runs have ended."""
        self._done, self._total = progress.done, progress.total
        self.setVisible(progress.busy)
        at = min(progress.done + 1, progress.total)
        self.words.setText(f"{at} of {progress.total}   {progress.title}")
        self._fill(0.0)

    def show_run(self, progress: Progress) -> None:
        """Show how far the run under way is."""
        self._fill((progress.index + 1) / max(progress.total, 1))

    def _fill(self, share: float) -> None:
        self.bar.setRange(0, 1000 * max(self._total, 1))
        self.bar.setValue(round(1000 * (self._done + min(share, 1.0))))
