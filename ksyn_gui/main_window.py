"""The window: builds panels and menus, then ties everything together in one table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QFileDialog,
    QLabel,
    QMainWindow,
    QMenu,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ksyn_gui import crash
from ksyn_gui.actions import Actions
from ksyn_gui.dialogs.about_dialog import AboutDialog
from ksyn_gui.dialogs.command_dialog import CommandDialog
from ksyn_gui.dialogs.crash_dialog import CrashDialog
from ksyn_gui.dialogs.layout_dialog import LayoutDialog
from ksyn_gui.dialogs.shortcuts_dialog import ShortcutsDialog
from ksyn_gui.dock_title import DockTitle
from ksyn_gui.facts import Engine, MaskChoice, OtherSlice, RunState, Trouble
from ksyn_gui.menus import LINKS, TOOLS, build_menus, build_toolbar
from ksyn_gui.message_bar import MessageBar
from ksyn_gui.panels import PANELS, Area, PanelInfo
from ksyn_gui.panels.mask_panel import MaskPanel
from ksyn_gui.panels.result_panel import ResultPanel
from ksyn_gui.panels.steps_panel import StepsPanel
from ksyn_gui.panels.study_panel import StudyPanel
from ksyn_gui.picture_grid import PictureGrid
from ksyn_gui.session import Session
from ksyn_gui.settings import LAYOUT_VERSION, Settings
from ksyn_gui.theme import Preference, Theme, icon
from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.links import Link
from ksyn_gui.views.tools import Tool

if TYPE_CHECKING:  # the engine is loaded after the window is up
    from ksyn.io.layout import LayoutNeeded
    from ksyn.io.scan import Scan

SMALLEST = QSize(1100, 700)
USUAL = QSize(1440, 900)


class MainWindow(QMainWindow):
    """Pictures in the middle, panels around them."""

    def __init__(self, session: Session, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self.session, self.theme, self.settings = session, theme, settings
        self.setObjectName("main")
        self.setWindowTitle("K-Syn")
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        self.setDockOptions(
            QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks
        )
        self._engine: Engine | None = None
        self._alone: dict[ArrayCanvas, int] = {}
        self.actions_ = Actions(self)
        self.pictures = PictureGrid()
        self.messages = MessageBar()
        self.docks = {info.name: self._dock(info) for info in PANELS}
        self._build_middle()
        self._recent = QMenu("Open &recent", self)
        self._recent.setIcon(icon("clock-counter-clockwise"))
        build_menus(self, self.actions_, self._recent, list(self.docks.values()))
        build_toolbar(self, self.actions_, self._recent)
        self._build_status_bar()
        self._arrange()
        self._usual = self.saveState(LAYOUT_VERSION)
        self._connect()
        self._restore()
        self._show_state(session.reconstruction.state)
        self._show_kept(session.screen.kept)
        for name in ("undo", "redo"):
            self.actions_[name].setEnabled(False)

    # --- panels, by name ----------------------------------------------------------------------

    @property
    def study_panel(self) -> StudyPanel:
        """The panel of that name."""
        return cast("StudyPanel", self.docks["study"].widget())

    @property
    def mask_panel(self) -> MaskPanel:
        """The panel of that name."""
        return cast("MaskPanel", self.docks["mask"].widget())

    @property
    def results_panel(self) -> ResultPanel:
        """The panel of that name."""
        return cast("ResultPanel", self.docks["results"].widget())

    @property
    def steps_panel(self) -> StepsPanel:
        """The panel of that name."""
        return cast("StepsPanel", self.docks["steps"].widget())

    # --- building -----------------------------------------------------------------------------

    def _dock(self, info: PanelInfo) -> QDockWidget:
        dock = QDockWidget(info.title, self)
        dock.setObjectName(info.name)
        dock.setAccessibleName(info.title)
        panel = info.make(self.session)
        panel.setAutoFillBackground(True)
        dock.setWidget(panel)
        tabbed = info.tab_of or any(other.tab_of == info.name for other in PANELS)
        dock.setTitleBarWidget(QWidget() if tabbed else DockTitle(dock))  # a tab is title enough
        return dock

    def _build_middle(self) -> None:
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.messages)
        layout.addWidget(self.pictures, 1)
        self.setCentralWidget(middle)

    def _build_status_bar(self) -> None:
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        self.busy = QLabel("Starting …")
        self.place = QLabel()
        notice = QLabel("Not for diagnostic use")
        notice.setObjectName("notice")
        bar.addWidget(self.busy)
        bar.addPermanentWidget(self.place)
        bar.addPermanentWidget(notice)

    def _arrange(self) -> None:
        """Put every dock where PANELS says."""
        self.setTabPosition(Area.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        for corner, area in _CORNERS.items():
            self.setCorner(corner, area)
        for info in PANELS:
            self.addDockWidget(info.area, self.docks[info.name])
            if info.tab_of:
                self.tabifyDockWidget(self.docks[info.tab_of], self.docks[info.name])
        for info in PANELS:
            if any(other.tab_of == info.name for other in PANELS):
                self.docks[info.name].raise_()
        self._size_docks()

    def _size_docks(self) -> None:
        for area, width in ((Area.LeftDockWidgetArea, 250), (Area.RightDockWidgetArea, 325)):
            infos = [info for info in PANELS if info.area == area and not info.tab_of]
            docks = [self.docks[info.name] for info in infos]
            self.resizeDocks(docks, [width] * len(docks), Qt.Orientation.Horizontal)
            self.resizeDocks(docks, [100 * i.share for i in infos], Qt.Orientation.Vertical)
        self.resizeDocks([self.docks["steps"]], [170], Qt.Orientation.Vertical)

    # --- connections: who reacts to what ------------------------------------------------------

    def _connect(self) -> None:
        session, pictures = self.session, self.pictures
        links, kspace = pictures.links, pictures.kspace

        # What the session says, to the pictures.
        session.study.scan_changed.connect(self._show_scan)
        session.study.kspace_changed.connect(kspace.set_kspace)
        session.study.coil_changed.connect(kspace.set_coil)
        session.sampling.mask_changed.connect(self._show_mask)
        session.study.frame_changed.connect(lambda _: self._show_mask(session.sampling.mask))
        session.study.reference_changed.connect(pictures.set_reference)
        session.preview.zero_filled_changed.connect(pictures.show_zero_filled)
        session.screen.step_shown.connect(pictures.show_step)
        session.study.peeked.connect(self._show_other_slice)

        # What the session says, to the frame of the window.
        session.engine_changed.connect(self._show_engine)
        session.reconstruction.state_changed.connect(self._show_state)
        session.results.changed.connect(lambda _: self._show_state(session.reconstruction.state))
        session.screen.kept_changed.connect(self._show_kept)
        session.work.busy_changed.connect(self._show_busy)
        session.news.notice.connect(self._show_notice)
        session.news.saved.connect(lambda path: self._show_notice(f"Saved {path.name}."))
        session.news.error_raised.connect(self.messages.show_trouble)
        session.study.layout_needed.connect(self._ask_layout)
        study = session.study
        for signal in (study.slice_changed, study.frame_changed, study.coil_changed):
            signal.connect(lambda _: self._show_place())

        # What is done in the pictures.
        links.scrolled.connect(lambda steps: session.study.set_slice(session.study.slice + steps))
        links.scrolled_alone.connect(self._scroll_alone)
        links.switched.connect(self._show_link)
        kspace.coil_chosen.connect(session.study.set_coil)
        kspace.stroke_started.connect(self.mask_panel.begin_stroke)
        kspace.stroked.connect(self.mask_panel.stroke)
        kspace.stroke_finished.connect(self.mask_panel.end_stroke)
        kspace.painting_changed.connect(self.mask_panel.show_painting)
        kspace.brush_changed.connect(self.mask_panel.show_brush)
        pictures.maximised_changed.connect(self.actions_["maximise"].setChecked)
        for canvas in pictures.canvases:
            canvas.tool_changed.connect(self._show_tool)

        # What is done in the panels.
        self.mask_panel.painting_switched.connect(kspace.set_painting)
        self.mask_panel.brush_chosen.connect(kspace.set_brush)
        self.mask_panel.history.stack.canUndoChanged.connect(self.actions_["undo"].setEnabled)
        self.mask_panel.history.stack.canRedoChanged.connect(self.actions_["redo"].setEnabled)
        self.results_panel.save_requested.connect(self._ask_save)
        self.messages.report_requested.connect(self._show_report)

        # What is chosen in menus, toolbar and by key.
        for name, slot in self._slots().items():
            self.actions_[name].triggered.connect(lambda _on=False, slot=slot: slot())
        for name, tool in TOOLS.items():
            self.actions_[name].triggered.connect(
                lambda _on=False, tool=tool: pictures.set_tool(tool)
            )
        for name, link in LINKS.items():
            self.actions_[name].setChecked(links.is_on(link))
            self.actions_[name].toggled.connect(lambda on, link=link: links.switch(link, on))
        self._recent.aboutToShow.connect(lambda: self.study_panel.fill_recent(self._recent))
        QShortcut(QKeySequence("Esc"), self, self.messages.hide)

    def _slots(self) -> dict[str, Callable[[], object]]:
        session, mask, steps = self.session, self.mask_panel, self.steps_panel
        return {
            "open": self.study_panel.ask,
            "open_demo": self.study_panel.open_demo,
            "save": self.results_panel.ask_save,
            "copy_command": self.results_panel.copy_command,
            "screenshot": self._ask_screenshot,
            "quit": self.close,
            "undo": mask.undo,
            "redo": mask.redo,
            "load_mask": mask.load,
            "save_mask": mask.save,
            "acquired": session.sampling.use_acquired,
            "run": session.reconstruction.start,
            "pause": session.reconstruction.pause_or_resume,
            "step": session.reconstruction.step,
            "stop": session.reconstruction.stop,
            "step_back": lambda: steps.go(-1),
            "step_on": lambda: steps.go(1),
            "step_first": lambda: steps.go_to_end(-1),
            "step_last": lambda: steps.go_to_end(1),
            "replay": steps.play_or_rest,
            "slice_next": lambda: session.study.set_slice(session.study.slice + 1),
            "slice_previous": lambda: session.study.set_slice(session.study.slice - 1),
            "frame_next": lambda: session.study.set_frame(session.study.frame + 1),
            "frame_previous": lambda: session.study.set_frame(session.study.frame - 1),
            "coil_next": lambda: session.study.set_coil(session.study.coil + 1),
            "coil_previous": lambda: session.study.set_coil(session.study.coil - 1),
            "result_next": lambda: self.results_panel.go(1),
            "result_previous": lambda: self.results_panel.go(-1),
            "maximise": self.pictures.toggle_maximised,
            "full_screen": self._toggle_full_screen,
            "reset_layout": self._reset_layout,
            "system": lambda: self._prefer("system"),
            "light": lambda: self._prefer("light"),
            "dark": lambda: self._prefer("dark"),
            "commands": lambda: CommandDialog(list(self.actions_), self).exec(),
            "shortcuts": lambda: ShortcutsDialog(self).exec(),
            "about": lambda: AboutDialog(self).exec(),
        }

    # --- what the session says ----------------------------------------------------------------

    def _show_engine(self, engine: Engine) -> None:
        self._engine = engine
        self._show_busy("")

    def _show_scan(self, scan: Scan | None) -> None:
        if scan is None:
            return
        self.messages.hide()
        self.pictures.set_voxel_size(scan.voxel_size)
        self.setWindowTitle(f"{scan.title} – K-Syn")
        if scan.path.exists():
            self.settings.remember(scan.path)
        self._show_place()
        self._show_state(self.session.reconstruction.state)

    def _show_mask(self, mask: MaskChoice | None) -> None:
        self.pictures.show_mask(mask, self.session.study.frame)

    def _show_place(self) -> None:
        session, scan = self.session, self.session.study.scan
        if scan is None:
            return
        places = [
            ("Slice", session.study.slice, scan.n_slices),
            ("Frame", session.study.frame, scan.n_frames),
            ("Coil", session.study.coil, scan.n_coils),
        ]
        words = [
            f"{name} {index + 1}/{count}" if index >= 0 else f"{name}s 1–{count}"
            for name, index, count in places
            if count > 1
        ]
        self.place.setText("   ".join(words))

    def _show_state(self, state: RunState) -> None:
        ready = self.session.study.scan is not None
        busy = state in (RunState.RUNNING, RunState.PREPARING, RunState.PAUSED)
        enabled = {
            "run": ready and state is RunState.IDLE,
            "pause": busy,
            "step": ready and state in (RunState.IDLE, RunState.PAUSED),
            "stop": busy,
            "acquired": ready,
            "load_mask": ready,
            "save_mask": ready,
            "save": bool(self.session.results.all),
            "copy_command": bool(self.session.results.all),
            "result_next": len(self.session.results.all) > 1,
            "result_previous": len(self.session.results.all) > 1,
        }
        for name, on in enabled.items():
            self.actions_[name].setEnabled(on)
        if state is not RunState.IDLE:
            self.messages.hide()

    def _show_kept(self, kept: list[int]) -> None:
        for name in ("step_back", "step_on", "step_first", "step_last", "replay"):
            self.actions_[name].setEnabled(len(kept) > 1)

    def _show_busy(self, what: str) -> None:
        self.busy.setText(what or "Ready")

    def _show_notice(self, text: str) -> None:
        self.statusBar().showMessage(text, 5000)

    def _show_tool(self, tool: Tool) -> None:
        for name, other in TOOLS.items():
            if other is tool:
                self.actions_[name].setChecked(True)

    def _show_link(self, link: Link, on: bool) -> None:
        names = [name for name, other in LINKS.items() if other is link]
        self.actions_[names[0]].setChecked(on)
        if link is Link.SCROLL and on:
            self._alone.clear()
            self.pictures.kspace.set_kspace(self.session.study.kspace)
            self.pictures.companion.set_reference(self.session.study.reference)
            self.pictures.show_step(self.session.screen.shown)

    def _scroll_alone(self, canvas: ArrayCanvas, steps: int) -> None:
        """Let one view show another slice: k-space and reference are known of every slice."""
        kspace, image, companion, _ = self.pictures.canvases
        if canvas is image:
            self.session.study.set_slice(self.session.study.slice + steps)
        elif canvas in (kspace, companion):
            wanted = self._alone.get(canvas, self.session.study.slice) + steps
            self._alone = {canvas: wanted}
            self.session.study.peek(wanted)

    def _show_other_slice(self, other: OtherSlice) -> None:
        for canvas in self._alone:
            self._alone[canvas] = other.index
            self.pictures.show_other_slice(canvas, other)

    def _show_report(self, trouble: Trouble) -> None:
        CrashDialog(trouble.message, crash.report(trouble.report), self).exec()

    def show_crash(self, summary: str, report: str) -> None:
        """Tell of an error that nothing caught."""
        self.messages.show_trouble(
            Trouble(
                summary,
                "This should not have happened. Your scan and results are still here.",
                report,
            )
        )

    # --- what the user wants ------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a scan, and remember its folder."""
        self.settings.folder = path.parent
        self.session.study.open(path)

    def _ask_layout(self, path: Path, needed: LayoutNeeded) -> None:
        layout = LayoutDialog.ask(path, needed, self)
        if layout is not None:
            self.session.study.open(path, layout)

    def _ask_save(self, number: int) -> None:
        start = str(self.settings.folder / f"result-{number}.npy")
        filters = self._engine.write_filter if self._engine else ""
        name, chosen = QFileDialog.getSaveFileName(self, "Save the result", start, filters)
        if name:
            self.session.results.save(number, with_suffix(Path(name), chosen))

    def _ask_screenshot(self) -> None:
        start = str(self.settings.folder / "ksyn.png")
        name, _ = QFileDialog.getSaveFileName(self, "Save the picture", start, "Picture (*.png)")
        if name:
            self.save_picture(Path(name))

    def save_picture(self, path: Path) -> None:
        """Write what the window shows."""
        if not self.grab().save(str(path.with_suffix(".png")), "PNG"):
            trouble = Trouble(f"{path} cannot be written.", "Choose another folder.")
            self.messages.show_trouble(trouble)

    def _prefer(self, preference: Preference) -> None:
        self.settings.theme = preference
        self.theme.prefer(preference)

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _reset_layout(self) -> None:
        for dock in self.docks.values():
            dock.setFloating(False)
            dock.show()
        self.restoreState(self._usual, LAYOUT_VERSION)
        self._size_docks()

    def _restore(self) -> None:
        self.actions_[self.theme.preference].setChecked(True)
        self.actions_["tool_levels"].setChecked(True)
        self.resize(USUAL)
        saved = self.settings.layout
        if saved is not None:
            self.restoreGeometry(saved[0])
            if not self.restoreState(saved[1], LAYOUT_VERSION):
                self.restoreState(self._usual, LAYOUT_VERSION)

    # --- Qt's events --------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files."""
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open the file."""
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.open(path)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Remember the layout; end every thread."""
        self.settings.layout = self.saveGeometry(), self.saveState(LAYOUT_VERSION)
        self.session.close()
        event.accept()


_CORNERS = {
    Qt.Corner.TopLeftCorner: Area.LeftDockWidgetArea,
    Qt.Corner.BottomLeftCorner: Area.LeftDockWidgetArea,
    Qt.Corner.TopRightCorner: Area.RightDockWidgetArea,
    Qt.Corner.BottomRightCorner: Area.RightDockWidgetArea,
}


def with_suffix(path: Path, chosen_filter: str) -> Path:
    """Return the path with the suffix of the chosen filter, if it has none."""
    suffix = chosen_filter.rpartition("(*")[2].rstrip(")").split()[0] if chosen_filter else ".npy"
    return path if path.suffix else path.with_name(path.name + suffix)


def _dropped(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if urls and urls[0].isLocalFile() else None
