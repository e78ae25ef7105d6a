"""The scan: open one, see what it is, go through its slices, frames and coils."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QMenu, QWidget

from ksyn_gui.dropping import dropped_path
from ksyn_gui.header_table import HeaderTable
from ksyn_gui.parts import GAP, Elided, column, hairline, heading, push_button, quiet, tool_button
from ksyn_gui.position import Position
from ksyn_gui.session import Session
from ksyn_gui.settings import Settings

if TYPE_CHECKING:
    from ksyn.io import Scan

_EMPTY = "Drop a scan here, open a file, or begin with the demo."
_ANY = "All files (*)"


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
        self.header = HeaderTable()
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
            self._session.open(Path(name))

    def open_demo(self) -> None:
        """Open the built-in scan."""
        self._session.open("demo")

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
            self._session.open(path)

    def _show_welcome(self, on: bool) -> None:
        self.about.setText("Let go to open it." if on else self._about_words())

    # --- what the session says ----------------------------------------------------------------

    def _show_scan(self, scan: Scan | None) -> None:
        self.title.setText("No scan" if scan is None else scan.title)
        self.title.setToolTip("" if scan is None else str(scan.path))
        self.about.setText(self._about_words())
        self.header.set_rows([] if scan is None else scan.header())
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
        assumed = ", assumed" if scan.measured_size is None else ""
        return f"{ky} × {kx}, {coils}\n{height:.3g} × {width:.3g} mm{assumed}"

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
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: self.fill_recent(menu))
        self.recent_button.setMenu(menu)
        self.recent_button.setPopupMode(self.recent_button.ToolButtonPopupMode.InstantPopup)

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
        layout.addWidget(self.header, 1)

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


def _opener(session: Session, path: Path) -> Callable[[], None]:
    return lambda: session.open(path)
