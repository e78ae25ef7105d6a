"""ACTIONS: everything a menu, a button or a key can do; menus, tooltips and help come from here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from ksyn_gui.theme import icon


@dataclass(frozen=True)
class ActionInfo:
    """One thing that can be done."""

    name: str
    """What the code calls it."""
    text: str
    """What menus call it, with ``&`` before the letter to press."""
    menu: str
    """Where it stands."""
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    """One sentence, where the text does not say it all."""
    checkable: bool = False
    ends_group: bool = False
    """Whether a line follows it in the menu."""

    @property
    def plain_text(self) -> str:
        """The text without ``&`` and dots."""
        return self.text.replace("&", "").rstrip(" …")

    @property
    def key_text(self) -> str:
        """The first shortcut as the system writes it; empty without one."""
        return QKeySequence(self.keys[0]).toString(_NATIVE) if self.keys else ""

    @property
    def tooltip(self) -> str:
        """What it does, and its shortcut."""
        keys = f" ({self.key_text})" if self.keys else ""
        return f"{self.plain_text}{keys}" + (f"\n{self.tip}" if self.tip else "")


_NATIVE = QKeySequence.SequenceFormat.NativeText

ACTIONS = (
    ActionInfo("open", "&Open …", "File", ("Ctrl+O",), "folder-open", "Open a scan."),
    ActionInfo("open_demo", "Open the &demo scan", "File", ("Ctrl+D",), "brain"),
    ActionInfo(
        "save",
        "&Save result …",
        "File",
        ("Ctrl+S",),
        "floppy-disk",
        "Save the result with its recipe beside it.",
    ),
    ActionInfo("copy_command", "&Copy as command", "File", ("Ctrl+Shift+C",), "terminal-window"),
    ActionInfo("screenshot", "Save &picture of the window …", "File", ("Ctrl+E",), "camera"),
    ActionInfo("quit", "&Quit", "File", ("Ctrl+Q",), "sign-out"),
    ActionInfo("undo", "&Undo", "Mask", ("Ctrl+Z",), "arrow-counter-clockwise"),
    ActionInfo("redo", "&Redo", "Mask", ("Ctrl+Shift+Z", "Ctrl+Y"), "arrow-clockwise"),
    ActionInfo(
        "load_mask",
        "&Load mask …",
        "Mask",
        ("Ctrl+Shift+O",),
        "download-simple",
        "Read which samples are measured from a .npy file.",
    ),
    ActionInfo("save_mask", "&Save mask …", "Mask", ("Ctrl+Shift+S",), "upload-simple"),
    ActionInfo(
        "acquired",
        "As &acquired",
        "Mask",
        ("Ctrl+Shift+A",),
        "scan",
        "Count exactly what the scanner acquired as measured.",
    ),
    ActionInfo("run", "&Run", "Reconstruct", ("Ctrl+Return",), "play", "Reconstruct this slice."),
    ActionInfo("pause", "&Pause or resume", "Reconstruct", ("F6",), "pause"),
    ActionInfo(
        "step",
        "&Single step",
        "Reconstruct",
        ("F7",),
        "skip-forward",
        "Make one step and rest; begins a run when there is none.",
    ),
    ActionInfo(
        "stop",
        "S&top",
        "Reconstruct",
        ("Shift+X",),
        "stop",
        "End the run; what was reached is kept as a result.",
        ends_group=True,
    ),
    ActionInfo("step_back", "Step &back", "Reconstruct", (",",), "caret-left"),
    ActionInfo("step_on", "Step &forward", "Reconstruct", (".",), "caret-right"),
    ActionInfo("step_first", "&First step", "Reconstruct", ("Shift+,", "<"), "caret-double-left"),
    ActionInfo("step_last", "&Last step", "Reconstruct", ("Shift+.", ">"), "caret-double-right"),
    ActionInfo(
        "replay",
        "Repla&y",
        "Reconstruct",
        ("C",),
        "film-strip",
        "Play the kept steps one after the other.",
    ),
    ActionInfo("slice_next", "&Next slice", "View", ("PgDown",), "caret-down"),
    ActionInfo("slice_previous", "&Previous slice", "View", ("PgUp",), "caret-up"),
    ActionInfo("frame_next", "Next &frame", "View", ("]",), ""),
    ActionInfo("frame_previous", "Previous f&rame", "View", ("[",), ""),
    ActionInfo("coil_previous", "Previous &coil", "View", ("J",), ""),
    ActionInfo("coil_next", "Next c&oil", "View", ("K",), "", ends_group=True),
    ActionInfo("maximise", "&Maximise view", "View", ("Ctrl+M",), "corners-out", checkable=True),
    ActionInfo("full_screen", "F&ull screen", "View", ("F11",), "frame-corners", checkable=True),
    ActionInfo("reset_layout", "Reset &layout", "View", (), "layout"),
    ActionInfo("light", "&Light theme", "View", (), "sun", checkable=True),
    ActionInfo("dark", "&Dark theme", "View", (), "moon", checkable=True),
    ActionInfo("system", "Theme of the &system", "View", (), "circle-half", checkable=True),
    ActionInfo("commands", "Find a &command …", "Help", ("Ctrl+K",), "command"),
    ActionInfo("shortcuts", "&Keyboard shortcuts", "Help", ("?", "F1"), "keyboard"),
    ActionInfo("about", "&About K-Syn", "Help", (), "info"),
)

_BY_NAME = {info.name: info for info in ACTIONS}


def action_info(name: str) -> ActionInfo:
    """Return what is known of one action."""
    return _BY_NAME[name]


class Actions(QObject):
    """The actions of one window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._actions = {info.name: self._action(info) for info in ACTIONS}

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def _action(self, info: ActionInfo) -> QAction:
        action = QAction(info.text, self)
        action.setObjectName(info.name)
        action.setShortcuts([QKeySequence(key) for key in info.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(info.tooltip)
        action.setStatusTip(info.tip)
        action.setCheckable(info.checkable)
        if info.icon:
            action.setIcon(icon(info.icon))
        return action
