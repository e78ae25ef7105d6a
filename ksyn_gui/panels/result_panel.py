"""Finished runs: look at one again, save it with its recipe, take it away as a command."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from ksyn_gui.actions import action_info
from ksyn_gui.facts import StoredResult
from ksyn_gui.parts import column, push_button, quiet, tool_button, value
from ksyn_gui.scalars import scalar_text, scalar_title
from ksyn_gui.session import Session

_NUMBER = Qt.ItemDataRole.UserRole
_IN_LIST = ("psnr", "ssim")


class ResultPanel(QWidget):
    """The list of results, newest on top, and what can be done with one."""

    save_requested = Signal(int)
    """Number of the result; the window asks for the file."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.results = QListWidget()
        self.empty = quiet("Finished runs are listed here.")
        self.details = QWidget()
        self._rows = QFormLayout(self.details)
        self.save = push_button("Save …", "floppy-disk", action_info("save").tooltip)
        copy = action_info("copy_command")
        self.copy = tool_button(copy.icon, copy.plain_text, copy.tooltip)
        self.remove = tool_button("trash", "Remove result", "Remove this result from the list")
        self._lay_out()
        self._connect(session)
        self._list(session.results.all)

    @property
    def chosen(self) -> int | None:
        """Number of the result that is chosen."""
        item = self.results.currentItem()
        return None if item is None else int(item.data(_NUMBER))

    def go(self, way: int) -> None:
        """Show the next (+1) or the previous (−1) result of the list."""
        row = self.results.currentRow() + way
        if 0 <= row < self.results.count():
            self.results.setCurrentRow(row)

    def copy_command(self) -> None:
        """Put the command that repeats the run on the clipboard."""
        if self.chosen is not None:
            QGuiApplication.clipboard().setText(self._session.results.command_of(self.chosen))
            self._session.news.notice.emit("The command is on the clipboard.")

    def ask_save(self) -> None:
        """Ask for the chosen result to be saved."""
        if self.chosen is not None:
            self.save_requested.emit(self.chosen)

    def _lay_out(self) -> None:
        self.results.setAccessibleName("Results")
        self.results.setWordWrap(True)
        self.results.setMinimumHeight(90)
        self._rows.setContentsMargins(2, 0, 0, 0)
        self._rows.setHorizontalSpacing(14)
        self._rows.setVerticalSpacing(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.save, 1)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.remove)
        layout = column(self)
        layout.addWidget(self.empty, 0)
        layout.addWidget(self.results, 1)
        layout.addWidget(self.details)
        layout.addStretch(0)
        layout.addLayout(buttons)

    def _connect(self, session: Session) -> None:
        self.results.currentItemChanged.connect(self._choose)
        self.results.itemClicked.connect(self._choose)
        self.save.clicked.connect(self.ask_save)
        self.copy.clicked.connect(self.copy_command)
        self.remove.clicked.connect(self._remove)
        session.results.changed.connect(self._list)

    def _list(self, results: list[StoredResult]) -> None:
        with QSignalBlocker(self.results):
            self.results.clear()
            for result in reversed(results):
                self.results.addItem(_item(result))
            self.results.setCurrentRow(0 if results else -1)
        self.empty.setVisible(not results)
        self.results.setVisible(bool(results))
        for button in (self.save, self.copy, self.remove):
            button.setEnabled(bool(results))
        self._describe()

    def _choose(self) -> None:
        self._describe()
        if self.chosen is not None:
            self._session.results.show(self.chosen)

    def _remove(self) -> None:
        if self.chosen is not None:
            self._session.results.remove(self.chosen)

    def _describe(self) -> None:
        chosen = next((r for r in self._session.results.all if r.number == self.chosen), None)
        while self._rows.rowCount():
            self._rows.removeRow(0)
        for name, words in {} if chosen is None else _facts(chosen).items():
            label = quiet(name)
            label.setWordWrap(False)
            self._rows.addRow(label, value(words))
        self.details.setVisible(chosen is not None)


def _facts(result: StoredResult) -> dict[str, str]:
    scores = {scalar_title(name): scalar_text(name, x) for name, x in result.metrics.items()}
    return {**result.summary, **scores}


def _item(result: StoredResult) -> QListWidgetItem:
    scores = "   ".join(
        f"{scalar_title(name)} {scalar_text(name, result.metrics[name])}"
        for name in _IN_LIST
        if name in result.metrics
    )
    stopped = " (stopped)" if result.stopped else ""
    text = f"{result.number}  {result.title}{stopped}"
    item = QListWidgetItem(f"{text}\n{scores}" if scores else text)
    item.setData(_NUMBER, result.number)
    return item
