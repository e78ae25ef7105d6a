"""The methods under the names of their families, each with what it is good for and a tick."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from ksyn_gui.facts import MethodFacts
from ksyn_gui.theme import colours_now

_NAME = Qt.ItemDataRole.UserRole
_WHEN = Qt.ItemDataRole.UserRole + 1
_FAMILIES = {"classical": "Classical", "learned": "Learned", "diffusion": "Diffusion"}
_LOWEST = 120
"""Height of the list while it is empty [pixels]."""
_GAP = 12
"""Between a title and what it is good for [pixels]."""


class MethodList(QListWidget):
    """One method is chosen; any number are ticked, to be compared."""

    chosen = Signal(str)
    ticked = Signal(object)
    """Names of the ticked methods, in the order of the list."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Methods")
        self.setToolTip("How the image is made from the measured samples")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Row(self))
        self.currentItemChanged.connect(self._choose)
        self.itemChanged.connect(lambda _: self.ticked.emit(self.ticks))

    @property
    def ticks(self) -> list[str]:
        """Names of the ticked methods, in the order of the list."""
        items = (self.item(row) for row in range(self.count()))
        on = Qt.CheckState.Checked
        return [item.data(_NAME) for item in items if item.data(_NAME) and item.checkState() == on]

    def offer(self, methods: list[MethodFacts]) -> None:
        """List these methods; what cannot run is listed with the reason."""
        with QSignalBlocker(self):
            self.clear()
            for family, members in groupby(methods, key=lambda facts: facts.family):
                self.addItem(_family_item(_FAMILIES.get(family, family.capitalize())))
                for facts in members:
                    self.addItem(_method_item(facts))
        self.updateGeometry()

    def refresh(self, methods: list[MethodFacts]) -> None:
        """Say which of the methods listed can run by now; ticks, choice and place stay."""
        with QSignalBlocker(self):
            for facts in methods:
                item = self.item_of(facts.name)
                if item is not None:
                    _describe(item, facts)

    def clear_ticks(self) -> None:
        """Take all ticks away."""
        with QSignalBlocker(self):
            for row in range(self.count()):
                if self.item(row).data(_NAME) in self.ticks:
                    self.item(row).setCheckState(Qt.CheckState.Unchecked)
        self.ticked.emit([])

    def show_choice(self, name: str) -> None:
        """Mark the method that is chosen."""
        item = self.item_of(name)
        if item is not None:
            with QSignalBlocker(self):
                self.setCurrentItem(item)
                self.scrollToItem(item)

    def item_of(self, name: str) -> QListWidgetItem | None:
        """Return the row of a method."""
        items = (self.item(row) for row in range(self.count()))
        return next((item for item in items if item.data(_NAME) == name), None)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Be as high as the list: all methods are in sight, and the wheel moves the panel alone."""
        rows = sum(max(self.sizeHintForRow(row), 0) for row in range(self.count()))
        return QSize(220, max(_LOWEST, rows + 8))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Never be squeezed below the size hint: the panel around it scrolls."""
        return self.sizeHint()

    def _choose(self, item: QListWidgetItem | None) -> None:
        name = None if item is None else item.data(_NAME)
        if name:
            self.chosen.emit(name)


class _Row(QStyledItemDelegate):
    """Writes behind a title what the method is good for, where there is room for all of it."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one row."""
        super().paint(painter, option, index)
        words = index.data(_WHEN)
        if not words:
            return
        self.initStyleOption(option, index)
        element = QStyle.SubElement.SE_ItemViewItemText
        style = option.widget.style()
        room = style.subElementRect(element, option, option.widget)
        room.adjust(option.fontMetrics.horizontalAdvance(index.data()) + _GAP, 0, -4, 0)
        if option.fontMetrics.horizontalAdvance(words) > room.width():
            return
        painter.save()
        painter.setPen(QColor(colours_now().quiet))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


def _family_item(title: str) -> QListWidgetItem:
    item = QListWidgetItem(title.upper())
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = item.font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    font.setBold(True)
    item.setFont(font)
    return item


def _method_item(facts: MethodFacts) -> QListWidgetItem:
    item = QListWidgetItem(facts.title)
    item.setData(_NAME, facts.name)
    item.setCheckState(Qt.CheckState.Unchecked)
    _describe(item, facts)
    return item


def _describe(item: QListWidgetItem, facts: MethodFacts) -> None:
    """Say what a method is good for, or why it cannot run."""
    words, enabled = facts.unavailable or facts.when, Qt.ItemFlag.ItemIsEnabled
    item.setData(_WHEN, words)
    item.setToolTip(words)
    item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, words)
    if facts.unavailable:
        item.setFlags(item.flags() & ~enabled)
        item.setCheckState(Qt.CheckState.Unchecked)
    else:
        item.setFlags(item.flags() | enabled)
