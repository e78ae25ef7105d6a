"""Finished runs as cards: look at one, compare two, save one with its recipe."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QWidget

from ksyn_gui.actions import action_info
from ksyn_gui.card_list import CardList
from ksyn_gui.cards import Card, Kind, thumbnail
from ksyn_gui.facts import StoredResult
from ksyn_gui.parts import column, push_button, quiet, tool_button, value
from ksyn_gui.queue_strip import QueueStrip
from ksyn_gui.result_cards import card_of, facts_of, queued_card
from ksyn_gui.session import Session
from ksyn_gui.state.comparison import Pair
from ksyn_gui.state.run_queue import Queued, Turn
from ksyn_gui.views.levels import between

_EMPTY = "Finished runs are kept here. Tick several methods to have them compared."
_ADVICE = "Ctrl+click a second card to compare."


class ResultPanel(QWidget):
    """What runs and waits, then the results, newest on top."""

    save_requested = Signal(int)
    """Number of the result; the window asks for the file."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._pictures: dict[int, QImage] = {}
        self.queue = QueueStrip()
        self.results = CardList()
        self.advice = quiet(_EMPTY)
        self.details = QWidget()
        self._rows = QFormLayout(self.details)
        self.more = tool_button("info", "Details", "All that is known of the chosen result")
        self.save = push_button("Save …", "floppy-disk", action_info("save").tooltip)
        copy = action_info("copy_command")
        self.copy = tool_button(copy.icon, copy.plain_text, copy.tooltip)
        self.remove = tool_button("trash", "Remove result", "Remove this card (Del)")
        self._lay_out()
        self._add_menu()
        self._connect(session)
        self._list()

    @property
    def chosen(self) -> int | None:
        """Number of the result that buttons and menu act on."""
        card, picks = self.results.current, self.results.picks
        if card is not None and card.kind is Kind.RESULT and card.number in picks:
            return card.number
        return picks[-1] if picks else None

    def go(self, way: int) -> None:
        """Show the next (+1) or the previous (−1) card of the list."""
        numbers = [result.number for result in reversed(self._session.results.all)]
        place = numbers.index(self.chosen) + way if self.chosen in numbers else 0
        if 0 <= place < len(numbers):
            self.results.pick(numbers[place])

    def copy_command(self) -> None:
        """Put the command that repeats the run on the clipboard."""
        if self.chosen is not None:
            QGuiApplication.clipboard().setText(self._session.results.command_of(self.chosen))
            self._session.news.notice.emit("The command is on the clipboard.")

    def ask_save(self) -> None:
        """Ask for the chosen result to be saved."""
        if self.chosen is not None:
            self.save_requested.emit(self.chosen)

    # --- building -----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.results.setMinimumHeight(90)
        self.more.setCheckable(True)
        self._rows.setContentsMargins(2, 0, 0, 0)
        self._rows.setHorizontalSpacing(14)
        self._rows.setVerticalSpacing(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.save, 1)
        buttons.addWidget(self.more)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.remove)
        layout = column(self)
        layout.addWidget(self.queue)
        layout.addWidget(self.results, 1)
        layout.addWidget(self.advice)
        layout.addWidget(self.details)
        layout.addLayout(buttons)

    def _add_menu(self) -> None:
        """Say with the right button what keys and buttons do."""
        self.results.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for text, slot in {
            "Rename\tF2": lambda: self.results.edit(self.results.currentIndex()),
            "Save …": self.ask_save,
            "Copy as command": self.copy_command,
            "Remove\tDel": self._remove_current,
        }.items():
            action = QAction(text, self.results)
            action.triggered.connect(lambda _on=False, slot=slot: slot())
            self.results.addAction(action)

    def _connect(self, session: Session) -> None:
        self.results.picked.connect(self._show_picks)
        self.results.looked_at.connect(session.results.show)
        self.results.clicked.connect(self._tell_trouble)
        self.results.activated.connect(self._tell_trouble)
        self.results.removal_wanted.connect(self._remove)
        self.results.cards.renamed.connect(session.results.rename)
        self.queue.stop.clicked.connect(session.stop)
        self.save.clicked.connect(self.ask_save)
        self.more.toggled.connect(lambda _: self._describe())
        self.copy.clicked.connect(self.copy_command)
        self.remove.clicked.connect(self._remove_current)
        session.results.changed.connect(self._take_results)
        session.results.restored.connect(self._choose)
        session.queue.changed.connect(self._take_queue)
        session.queue.progressed.connect(self.queue.show_queue)
        session.reconstruction.stepped.connect(self.queue.show_run)
        session.comparison.changed.connect(self._show_comparison)

    # --- what the session says ----------------------------------------------------------------

    def _take_results(self, results: list[StoredResult]) -> None:
        """Choose the newest result, unless the user looks at another."""
        newest = max((result.number for result in results), default=0)
        is_new = newest and newest not in self._pictures
        self._list()
        if is_new and not self._looking and self._session.comparison.pair is None:
            self._pick_quietly(newest)
        self._describe()

    def _take_queue(self, entries: list[Queued[object]]) -> None:
        """List the runs; the one under way stands there whole, unless the user looks at a card."""
        self._list()
        running = [entry.number for entry in entries if entry.turn is Turn.RUNNING]
        if running and not self._looking:
            self.results.scrollTo(self.results.cards.index_of((False, running[0])))

    @property
    def _looking(self) -> bool:
        """Whether the user looks at a result, and new steps go on unseen."""
        return bool(self.results.picks) and not self._session.screen.following

    def _list(self) -> None:
        results, queued = self._session.results.all, self._session.queue.entries
        self._pictures = {result.number: self._picture(result) for result in results}
        finished = [card_of(result, self._pictures[result.number]) for result in reversed(results)]
        self.results.cards.set_cards([*map(queued_card, queued), *finished])
        self.results.setVisible(bool(finished or queued))
        self._describe()

    def _picture(self, result: StoredResult) -> QImage:
        if result.number in self._pictures:
            return self._pictures[result.number]
        image, scan = np.abs(result.image[0]), self._session.study.scan
        reference = self._session.study.reference
        top = between(0.1, 99.9)(image if reference is None else reference).high
        return thumbnail(image, top, scan.voxel_size if scan else (1.0, 1.0))

    def _show_comparison(self, pair: Pair | None) -> None:
        """Mark the two that are compared; when the comparison ends, go back to the first."""
        picks = self.results.picks
        if pair is not None:
            self._pick_quietly(*(result.number for result in pair))
        elif len(picks) > 1:
            there = {result.number for result in self._session.results.all}
            self.results.pick(next(number for number in picks if number in there))
        self._describe()

    # --- what is done in the list -------------------------------------------------------------

    def _show_picks(self, picks: list[int]) -> None:
        self._describe()
        if len(picks) == 2:
            self._session.comparison.compare(*picks)
            return
        self._session.comparison.leave()
        if picks:
            self._session.results.show(picks[0])

    def _pick_quietly(self, *numbers: int) -> None:
        with QSignalBlocker(self.results):
            self.results.pick(*numbers)
        self._describe()

    def _choose(self, number: int) -> None:
        """Choose a card and show its result."""
        self._pick_quietly(number)
        self._show_picks([number])

    def _tell_trouble(self, index: QModelIndex) -> None:
        """Say in full why a run failed."""
        card = self.results.cards.card(index)
        troubles = {entry.number: entry.trouble for entry in self._session.queue.entries}
        if card is not None and card.kind is Kind.FAILED:
            self._session.news.error_raised.emit(troubles[card.number])

    def _remove_current(self) -> None:
        if self.results.current is not None:
            self._remove(self.results.current)

    def _remove(self, card: Card) -> None:
        """Take a card away; what runs is stopped, and what waits goes on waiting."""
        if card.kind is Kind.RESULT:
            self.remove_result(card.number)
        elif card.kind is Kind.RUNNING:
            self._session.reconstruction.stop()
        else:
            self._session.queue.remove(card.number)

    def remove_result(self, number: int) -> None:
        """Take a result away; where it was on the screen, its neighbour in the list comes there."""
        heir = self._neighbour(number)
        self._session.results.remove(number)
        if heir is not None and self._session.screen.shown is None and not self.results.picks:
            self._choose(heir)

    def _neighbour(self, number: int) -> int | None:
        """Return the result whose card is below that of another, or above the last one."""
        numbers = [result.number for result in self._session.results.all]
        place = numbers.index(number)
        return next(iter(numbers[:place][-1:] or numbers[place + 1 :]), None)

    def _describe(self) -> None:
        results = self._session.results.all
        chosen = next((result for result in results if result.number == self.chosen), None)
        while self._rows.rowCount():
            self._rows.removeRow(0)
        for name, words in {} if chosen is None else facts_of(chosen).items():
            label = quiet(name)
            label.setWordWrap(False)
            self._rows.addRow(label, value(words))
        self.details.setVisible(chosen is not None and self.more.isChecked())
        self.advice.setText(_ADVICE if results else _EMPTY)
        picks = self.results.picks
        self.advice.setVisible(not results or (len(results) > 1 and len(picks) < 2))
        for button in (self.save, self.copy, self.more):
            button.setEnabled(chosen is not None)
        self.remove.setEnabled(chosen is not None or self.results.current is not None)
