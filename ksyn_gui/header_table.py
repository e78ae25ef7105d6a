"""The header of a scan: names and values, to be searched and copied."""

from __future__ import annotations

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ksyn_gui.header_model import HeaderModel
from ksyn_gui.parts import GAP

_NAMES_AT_MOST = 0.4
"""Part of the width that names may take; values are what is looked for."""


class HeaderTable(QWidget):
    """A field to search in, and the rows that hold what was typed."""

    def __init__(self) -> None:
        super().__init__()
        self.search = QLineEdit()
        self._model = HeaderModel()
        self.table = _Table()
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self._model)
        self._found.setFilterKeyColumn(-1)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.table.setModel(self._found)
        self.table.prepare_columns()
        self.search.setPlaceholderText("Search the header")
        self.search.setAccessibleName("Search the header")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._found.setFilterFixedString)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy_rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """All names and values, whatever is searched for."""
        return self._model.rows

    def set_rows(self, rows: list[tuple[str, str]]) -> None:
        """Show other names and values."""
        self._model.set_rows(rows)
        self.table.share_width()

    def copy_rows(self) -> None:
        """Copy the chosen rows, as text."""
        rows = self.table.selectionModel().selectedRows()
        texts = (
            "\t".join(str(row.siblingAtColumn(part).data()) for part in (0, 1)) for row in rows
        )
        QApplication.clipboard().setText("\n".join(texts))


class _Table(QTableView):
    """Names and values; a long name is cut off before it leaves a value no room."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Header of the scan")
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)

    def prepare_columns(self) -> None:
        """Let values have what names leave; for after the model was set."""
        widths = self.horizontalHeader()
        widths.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        widths.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def share_width(self) -> None:
        """Give the names what they need, up to their part."""
        most = int(_NAMES_AT_MOST * self.viewport().width())
        self.setColumnWidth(0, min(self.sizeHintForColumn(0), most))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share the new width."""
        super().resizeEvent(event)
        self.share_width()
