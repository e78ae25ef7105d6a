"""The scan: open one, see what it is, go through its slices, frames and coils."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSignalBlocker, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QSlider,
    QTableView,
    QWidget,
)

from ksyn_gui.dropping import dropped_path
from ksyn_gui.engine.scans import COMBINED
from ksyn_gui.header_model import HeaderModel
from ksyn_gui.number_boxes import WholeBox
from ksyn_gui.parts import GAP, Elided, column, hairline, heading, push_button, quiet, tool_button
from ksyn_gui.session import Session
from ksyn_gui.settings import Settings

if TYPE_CHECKING:
    from ksyn.io import Scan

_EMPTY = "Drop a scan here, open a file, or begin with the demo."
_ANY = "All files (*)"
_NAMES_AT_MOST = 0.4
"""Part of the header's width that names may take; values are what is looked for."""


class StudyPanel(QWidget):
    """Opens scans and says where in the scan we are."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.open_button = push_button("Open …", "folder-open", "Open a scan (Ctrl+O)")
        self.recent_button = tool_button("clock-counter-clockwise", "Recent scans", "Recent scans")
        self.demo_button = push_button("Open demo scan", "brain", "Open the built-in scan (Ctrl+D)")
        self.title = Elided()
        self.about = quiet(_EMPTY)
        self.slice = Position("Slice", self)
        self.frame = Position("Frame", self)
        self.coil = Position("Coil", self, all_together=True)
        self.search = QLineEdit()
        self.header = HeaderModel()
        self.table = _HeaderTable()
        self._found = QSortFilterProxyModel(self)
        self._prepare()
        self._lay_out()
        self._connect(session)
        self._show_scan(session.study.scan)

    # --- opening ------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for a file and open it."""
        settings = Settings()
        engine = self._session.engine
        filters = engine.read_filter if engine and engine.read_filter else _ANY
        name, _ = QFileDialog.getOpenFileName(self, "Open a scan", str(settings.folder), filters)
        if name:
            settings.folder = Path(name).parent
            self._session.study.open(Path(name))

    def open_demo(self) -> None:
        """Open the built-in scan."""
        self._session.study.open("demo")

    def fill_recent(self, menu: QMenu) -> None:
        """Offer the scans opened lately."""
        menu.clear()
        for path in Settings().recent:
            action = menu.addAction(path.name, _opener(self._session, path))
            action.setToolTip(str(path))
        if menu.isEmpty():
            menu.addAction("No scan was opened yet").setEnabled(False)
            return
        menu.addSeparator()
        menu.addAction("Forget these", lambda: Settings().forget_recent())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Welcome one file or folder."""
        if dropped_path(event) is not None:
            event.acceptProposedAction()
            self._show_welcome(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Take the welcome back."""
        super().dragLeaveEvent(event)
        self._show_welcome(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open what was dropped."""
        self._show_welcome(False)
        path = dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self._session.study.open(path)

    def _show_welcome(self, on: bool) -> None:
        self.about.setText("Let go to open it." if on else self._about_words())

    # --- what the session says ----------------------------------------------------------------

    def _show_scan(self, scan: Scan | None) -> None:
        self.title.setText("No scan" if scan is None else scan.title)
        self.title.setToolTip("" if scan is None else str(scan.path))
        self.about.setText(self._about_words())
        self.header.set_rows([] if scan is None else scan.header())
        self.table.share_width()
        counts = (1, 1, 1) if scan is None else (scan.n_slices, scan.n_frames, scan.n_coils)
        for position, count in zip((self.slice, self.frame, self.coil), counts, strict=True):
            position.set_count(count if scan is not None else 0)
        self.demo_button.setVisible(scan is None)
        self._show_place()

    def _about_words(self) -> str:
        scan = self._session.study.scan
        if scan is None:
            return _EMPTY
        ky, kx = scan.matrix
        coils = "1 coil" if scan.n_coils == 1 else f"{scan.n_coils} coils"
        height, width = (1e3 * size for size in scan.voxel_size)
        return f"{ky} × {kx}, {coils}\n{height:.3g} × {width:.3g} mm"

    def _show_place(self) -> None:
        self.slice.show_index(self._session.study.slice)
        self.frame.show_index(self._session.study.frame)
        self.coil.show_index(self._session.study.coil)

    # --- building -----------------------------------------------------------------------------

    def _prepare(self) -> None:
        self.setAcceptDrops(True)
        self.title.setProperty("role", "value")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.search.setPlaceholderText("Search the header")
        self.search.setAccessibleName("Search the header")
        self.search.setClearButtonEnabled(True)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: self.fill_recent(menu))
        self.recent_button.setMenu(menu)
        self.recent_button.setPopupMode(self.recent_button.ToolButtonPopupMode.InstantPopup)
        self._prepare_table()

    def _prepare_table(self) -> None:
        self._found.setSourceModel(self.header)
        self._found.setFilterKeyColumn(-1)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        table = self.table
        table.setModel(self._found)
        table.setAccessibleName("Header of the scan")
        table.horizontalHeader().hide()
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
        widths = table.horizontalHeader()
        widths.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        widths.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), table)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy_rows)

    def copy_rows(self) -> None:
        """Copy the chosen rows of the header, as text."""
        rows = self.table.selectionModel().selectedRows()
        texts = (
            "\t".join(str(row.siblingAtColumn(part).data()) for part in (0, 1)) for row in rows
        )
        QApplication.clipboard().setText("\n".join(texts))

    def _lay_out(self) -> None:
        layout = column(self)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.open_button, 1)
        row.addWidget(self.recent_button)
        layout.addLayout(row)
        layout.addWidget(self.demo_button)
        layout.addWidget(self.title)
        layout.addWidget(self.about)
        layout.addLayout(self._places())
        layout.addWidget(hairline())
        layout.addWidget(heading("Header"))
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)

    def _places(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(4)
        for row, position in enumerate((self.slice, self.frame, self.coil)):
            for column_, widget in enumerate(position.widgets):
                grid.addWidget(widget, row, column_)
        grid.setColumnStretch(1, 1)
        return grid

    def _connect(self, session: Session) -> None:
        self.open_button.clicked.connect(self.ask)
        self.demo_button.clicked.connect(self.open_demo)
        self.search.textChanged.connect(self._found.setFilterFixedString)
        for position, go in (
            (self.slice, session.study.set_slice),
            (self.frame, session.study.set_frame),
            (self.coil, session.study.set_coil),
        ):
            position.chosen.connect(go)
            position.chosen.connect(self._show_place)  # the session may have refused
        session.study.scan_changed.connect(self._show_scan)
        session.study.slice_changed.connect(self.slice.show_index)
        session.study.frame_changed.connect(self.frame.show_index)
        session.study.coil_changed.connect(self.coil.show_index)


class Position(QObject):
    """One of several things: a slider for the hand, a number for the exact one.

    It is laid out by the panel, so that labels, sliders and numbers of all stand in columns.

    Args:
        name: What there are several of.
        parent: The panel.
        all_together: Whether the place before the first stands for all of them.
    """

    chosen = Signal(int)
    """Index, from 0; `COMBINED` for all."""

    def __init__(self, name: str, parent: QWidget, *, all_together: bool = False) -> None:
        super().__init__(parent)
        self._first = COMBINED if all_together else 0
        self.label = QLabel(name)
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.number = WholeBox()
        self.label.setBuddy(self.number)
        self.slider.setAccessibleName(name)
        self.number.setAccessibleName(f"{name} number")
        self.slider.setToolTip(f"{name}: ← →, or the wheel over a picture for slices")
        self.slider.valueChanged.connect(self.chosen)
        self.number.valueChanged.connect(lambda number: self.chosen.emit(number - 1))
        self.set_count(0)

    @property
    def widgets(self) -> tuple[QWidget, QWidget, QWidget]:
        """Label, slider and number."""
        return self.label, self.slider, self.number

    def set_count(self, count: int) -> None:
        """Say how many there are; nothing is shown of what there is only one of."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self.slider.setRange(self._first, max(count - 1, 0))
            self.number.setRange(self._first + 1, max(count, 1))
            self.number.setSpecialValueText("All" if self._first < 0 else "")
            self.number.setSuffix(f" / {max(count, 1)}")
        for widget in self.widgets:
            widget.setVisible(count > 1)

    def show_index(self, index: int) -> None:
        """Show where we are, without telling anybody."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self.slider.setValue(index)
            self.number.setValue(index + 1)


class _HeaderTable(QTableView):
    """Names and values; a long name is cut off before it leaves a value no room."""

    def share_width(self) -> None:
        """Give the names what they need, up to their part."""
        most = int(_NAMES_AT_MOST * self.viewport().width())
        self.setColumnWidth(0, min(self.sizeHintForColumn(0), most))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share the new width."""
        super().resizeEvent(event)
        self.share_width()


class _Slider(QSlider):
    """A slider that leaves the wheel to the panel unless it has the focus."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


def _opener(session: Session, path: Path) -> Callable[[], None]:
    return lambda: session.study.open(path)
