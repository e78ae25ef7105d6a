"""The window: builds panels and menus, then ties everything together in one table."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QMainWindow, QMenu, QVBoxLayout, QWidget

from ksyn_gui import crash
from ksyn_gui.action_slots import slots_of
from ksyn_gui.actions import Actions
from ksyn_gui.availability import Availability
from ksyn_gui.comparison_view import ComparisonView
from ksyn_gui.dialogs.crash_dialog import CrashDialog
from ksyn_gui.docks import Docks
from ksyn_gui.dropping import dropped_path
from ksyn_gui.facts import MaskChoice, RunState, StoredResult, Trouble
from ksyn_gui.focus import has_lost_keys
from ksyn_gui.held_key import HeldKey
from ksyn_gui.lone_views import LoneViews
from ksyn_gui.loss_question import loss_of
from ksyn_gui.menus import LINKS, TOOLS, build_menus, build_toolbar, check_link, check_tool
from ksyn_gui.message_bar import MessageBar
from ksyn_gui.middle import Middle
from ksyn_gui.panels.mask_panel import MaskPanel
from ksyn_gui.panels.method_panel import MethodPanel
from ksyn_gui.panels.result_panel import ResultPanel
from ksyn_gui.panels.steps_panel import StepsPanel
from ksyn_gui.panels.study_panel import StudyPanel
from ksyn_gui.picture_grid import PictureGrid
from ksyn_gui.questions import Questions
from ksyn_gui.session import Session
from ksyn_gui.settings import Settings
from ksyn_gui.state.comparison import Pair
from ksyn_gui.status_line import StatusLine
from ksyn_gui.theme import Preference, Theme, icon

if TYPE_CHECKING:  # the engine is loaded after the window is up
    from ksyn.io.scan import Scan

SMALLEST = QSize(1024, 700)
USUAL = QSize(1440, 900)


class MainWindow(QMainWindow):
    """Pictures in the middle, panels around them."""

    def __init__(self, session: Session, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self.session, self.theme, self.settings = session, theme, settings
        self._leaving = False
        self.actions_ = Actions(self)
        self.middle = Middle(session)
        self.messages = MessageBar()
        self.docks = Docks(self, session)
        self.questions = Questions(session, settings, self.pictures.image, self)
        self._build()
        Availability(self.actions_, session, self)
        LoneViews(self.pictures, session, self)
        self._connect_session()
        self._connect_pictures()
        self._connect_panels()
        self._connect_actions()
        self._begin()

    # --- panels, by name ----------------------------------------------------------------------

    @property
    def study_panel(self) -> StudyPanel:
        """The panel of that name."""
        return cast("StudyPanel", self.docks.panel("study"))

    @property
    def mask_panel(self) -> MaskPanel:
        """The panel of that name."""
        return cast("MaskPanel", self.docks.panel("mask"))

    @property
    def method_panel(self) -> MethodPanel:
        """The panel of that name."""
        return cast("MethodPanel", self.docks.panel("method"))

    @property
    def results_panel(self) -> ResultPanel:
        """The panel of that name."""
        return cast("ResultPanel", self.docks.panel("results"))

    @property
    def steps_panel(self) -> StepsPanel:
        """The panel of that name."""
        return cast("StepsPanel", self.docks.panel("steps"))

    @property
    def pictures(self) -> PictureGrid:
        """K-space, reconstruction, reference and error."""
        return self.middle.pictures

    @property
    def comparison(self) -> ComparisonView:
        """Two results side by side."""
        return self.middle.comparison

    # --- building -----------------------------------------------------------------------------

    def _build(self) -> None:
        self.setObjectName("main")
        self.setWindowTitle("K-Syn")
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        options = QMainWindow.DockOption
        self.setDockOptions(options.AllowTabbedDocks | options.AllowNestedDocks)
        self.setCentralWidget(_stacked(self.messages, self.middle))
        self._recent = QMenu("Open &recent", self)
        self._recent.setIcon(icon("clock-counter-clockwise"))
        build_menus(self, self.actions_, self._recent, list(self.docks))
        build_toolbar(self, self.actions_, self._recent)
        self.setStatusBar(StatusLine(self.session))
        self.docks.arrange()

    def _begin(self) -> None:
        """Show what was chosen the last time."""
        self.actions_[self.theme.preference].setChecked(True)
        self.actions_["tool_levels"].setChecked(True)
        self.resize(USUAL)
        self.docks.restore(self.settings)

    # --- connections: who reacts to what ------------------------------------------------------

    def _connect_session(self) -> None:
        """What the session says."""
        session, pictures, kspace = self.session, self.pictures, self.pictures.kspace
        session.study.scan_changed.connect(self._show_scan)
        session.study.coil_changed.connect(kspace.set_coil)
        session.study.frame_changed.connect(lambda _: self._show_mask(session.sampling.mask))
        session.sampling.mask_changed.connect(self._show_mask)
        session.sampling.mask_changed.connect(lambda _: self.messages.hide())
        session.preview.zero_filled_changed.connect(pictures.show_zero_filled)
        session.reconstruction.state_changed.connect(self._show_state)
        session.news.error_raised.connect(self.messages.show_trouble)
        session.results.removed_changed.connect(self._offer_undo)
        session.comparison.changed.connect(self.middle.show_pair)
        session.comparison.changed.connect(self._end_flicker)
        self.middle.comparison_made.connect(self._connect_comparison)

    def _connect_pictures(self) -> None:
        """What is done in the pictures."""
        study, kspace, mask = self.session.study, self.pictures.kspace, self.mask_panel
        links, actions = self.pictures.links, self.actions_
        links.scrolled.connect(lambda steps: study.set_slice(study.slice + steps))
        links.switched.connect(partial(check_link, actions))
        kspace.coil_chosen.connect(study.set_coil)
        kspace.stroke_started.connect(mask.begin_stroke)
        kspace.stroked.connect(mask.stroke)
        kspace.stroke_finished.connect(mask.end_stroke)
        kspace.painting_changed.connect(mask.show_painting)
        kspace.brush_changed.connect(mask.show_brush)
        self.pictures.maximised_changed.connect(actions["maximise"].setChecked)
        for canvas in self.pictures.canvases:
            canvas.tool_changed.connect(partial(check_tool, actions))

    def _connect_comparison(self, view: ComparisonView) -> None:
        """What is said of two results, and done with them."""
        session = self.session
        session.study.reference_changed.connect(view.set_reference)
        session.study.frame_changed.connect(view.set_frame)
        view.left.connect(session.comparison.leave)
        self.actions_["flicker"].toggled.connect(lambda on: view.flicker(on=on))
        view.swap_wanted.connect(session.comparison.swap)
        for canvas in view.canvases:
            canvas.tool_changed.connect(partial(check_tool, self.actions_))

    def _connect_panels(self) -> None:
        """What is done in the panels, and in the frame of the window."""
        mask, kspace, actions = self.mask_panel, self.pictures.kspace, self.actions_
        mask.painting_switched.connect(kspace.set_painting)
        mask.brush_chosen.connect(kspace.set_brush)
        mask.history.stack.canUndoChanged.connect(actions["undo"].setEnabled)
        mask.history.stack.canRedoChanged.connect(actions["redo"].setEnabled)
        self.results_panel.save_requested.connect(self.questions.ask_result)
        self.questions.picture_wanted.connect(self.save_picture)
        self.messages.report_requested.connect(self._show_report)
        self.messages.undo_requested.connect(self.session.results.restore)
        self._recent.aboutToShow.connect(lambda: self.study_panel.fill_recent(self._recent))

    def _connect_actions(self) -> None:
        """What is chosen in menus, toolbar and by key."""
        links, actions = self.pictures.links, self.actions_
        for name, slot in slots_of(self).items():
            actions[name].triggered.connect(lambda _on=False, slot=slot: slot())
        for name, tool in TOOLS.items():
            actions[name].triggered.connect(lambda _on=False, tool=tool: self.middle.set_tool(tool))
        for name, link in LINKS.items():
            actions[name].setChecked(links.is_on(link))
            actions[name].toggled.connect(partial(links.switch, link))
        HeldKey(actions["flicker"], Qt.Key.Key_QuoteLeft)
        QShortcut(QKeySequence("Esc"), self, self._escape)

    # --- what it does itself ------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a scan, and remember its folder."""
        self.settings.folder = path.parent
        self.session.open(path)

    def leave(self) -> None:
        """Close, and ask nothing."""
        self._leaving = True
        self.close()

    def save_picture(self, path: Path) -> None:
        """Write what the window shows."""
        if not self.grab().save(str(path.with_suffix(".png")), "PNG"):
            trouble = Trouble(f"{path} cannot be written.", "Choose another folder.")
            self.messages.show_trouble(trouble)

    def undo(self) -> None:
        """Bring back the result that was removed last; without one, undo the mask."""
        if self.session.results.removed is not None:
            self.session.results.restore()
        else:
            self.mask_panel.undo()

    def redo(self) -> None:
        """Remove the result again that was brought back last; without one, redo the mask."""
        number = self.session.results.returned
        if number is not None:
            self.results_panel.remove_result(number)
        else:
            self.mask_panel.redo()

    def show_crash(self, summary: str, report: str) -> None:
        """Tell of an error that nothing caught."""
        hint = "This should not have happened. Your scan and results are still here."
        self.messages.show_trouble(Trouble(summary, hint, report))

    def _show_scan(self, scan: Scan) -> None:
        self.messages.hide()
        self.middle.set_voxel_size(scan.voxel_size)
        self.setWindowTitle(f"{scan.title} – K-Syn")
        if scan.path.exists():
            self.settings.remember(scan.path)

    def _offer_undo(self, removed: StoredResult | None) -> None:
        """Offer to bring a result back or to remove it again, as long as that can be done."""
        returned, stack = self.session.results.returned, self.mask_panel.history.stack
        self.actions_["undo"].setEnabled(removed is not None or stack.canUndo())
        self.actions_["redo"].setEnabled(returned is not None or stack.canRedo())
        if removed is not None:
            self.messages.offer_undo(f"Result {removed.number} was removed.")
        elif self.messages.offers_undo:
            self.messages.hide()

    def _escape(self) -> None:
        """Put the message away; without one, end the comparison."""
        if self.messages.isVisible():
            self.messages.hide()
        else:
            self.session.comparison.leave()

    def _end_flicker(self, pair: Pair | None) -> None:
        if pair is None:
            self.actions_["flicker"].setChecked(False)

    def _show_mask(self, mask: MaskChoice | None) -> None:
        self.pictures.show_mask(mask, self.session.study.frame)

    def _show_state(self, state: RunState) -> None:
        if state.active:
            self.messages.hide()

    def _show_report(self, trouble: Trouble) -> None:
        CrashDialog(trouble.message, crash.report(trouble.report), self).exec()

    def prefer(self, preference: Preference) -> None:
        """Take a theme, and remember it."""
        self.settings.theme = preference
        self.theme.prefer(preference)

    def toggle_full_screen(self) -> None:
        """Take the whole screen, or give it back."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    # --- Qt's events --------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Look for models that came while another window was in front."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.session.look_for_models()

    def focusNextPrevChild(self, forwards: bool) -> bool:  # noqa: N802
        """Give the picture the keys of what is greyed out or put away; Tab goes on as usual."""
        if not has_lost_keys(self):
            return super().focusNextPrevChild(forwards)
        self.middle.canvas_in_use.setFocus()
        return True

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files."""
        if dropped_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open the file."""
        path = dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self.open(path)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Let the docks follow."""
        super().resizeEvent(event)
        self.docks.follow(event.size().width())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Ask about what would be lost; remember the layout; end every thread."""
        if loss_of(self.session) and not self._leaving:
            event.ignore()
            self.questions.ask_unsaved(self.leave)
            return
        self.docks.remember(self.settings)
        self.session.close()
        event.accept()


def _stacked(*widgets: QWidget) -> QWidget:
    """Return widgets one under the other; the last one takes the room."""
    middle = QWidget()
    layout = QVBoxLayout(middle)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget)
    layout.setStretch(len(widgets) - 1, 1)
    return middle
