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
    def every_key_text(self) -> str:
        """All shortcuts as the system writes them."""
        return " or ".join(QKeySequence(key).toString(_NATIVE) for key in self.keys)

    @property
    def tooltip(self) -> str:
        """What it does, and its shortcut."""
        keys = f" ({self.key_text})" if self.keys else ""
        return f"{self.plain_text}{keys}" + (f"\n{self.tip}" if self.tip else "")


_NATIVE = QKeySequence.SequenceFormat.NativeText

ACTIONS = (
    ActionInfo("open", "&Open …", "File", ("Ctrl+O",), "folder-open", "Open a scan."),
    ActionInfo("open_demo", "Open the &demo scan", "File", ("Ctrl+D",), "sparkle", ends_group=True),
    ActionInfo(
        "save",
        "&Save result …",
        "File",
        ("Ctrl+S",),
        "floppy-disk",
        "Save the chosen result, with its recipe beside it.",
    ),
    ActionInfo(
        "copy_command",
        "&Copy result as command",
        "File",
        ("Ctrl+Shift+C",),
        "terminal-window",
        "Copy the command that repeats the chosen result.",
    ),
    ActionInfo(
        "screenshot",
        "Save &picture of the window …",
        "File",
        ("Ctrl+E",),
        "camera",
        ends_group=True,
    ),
    ActionInfo("quit", "&Quit", "File", ("Ctrl+Q",), "sign-out"),
    ActionInfo(
        "undo",
        "&Undo",
        "Mask",
        ("Ctrl+Z",),
        "arrow-counter-clockwise",
        "Take back the last change of the mask, or the removal of a result.",
    ),
    ActionInfo(
        "redo",
        "&Redo",
        "Mask",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "arrow-clockwise",
        "Do again what was taken back last.",
        ends_group=True,
    ),
    ActionInfo("load_mask", "&Load mask …", "Mask", ("Ctrl+Shift+O",), "download-simple"),
    ActionInfo(
        "save_mask", "&Save mask …", "Mask", ("Ctrl+Shift+S",), "upload-simple", ends_group=True
    ),
    ActionInfo(
        "acquired",
        "As &acquired",
        "Mask",
        ("Ctrl+Shift+A",),
        "target",
        "Count exactly those samples as measured that the scanner acquired.",
    ),
    ActionInfo(
        "run", "&Run", "Reconstruct", ("Ctrl+Return",), "play", "Reconstruct the slice shown."
    ),
    ActionInfo(
        "compare",
        "&Compare ticked methods",
        "Reconstruct",
        ("Ctrl+Shift+Return",),
        "git-diff",
        "Let the ticked methods reconstruct the slice shown, one after the other.",
    ),
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
        ("Shift+X", "Ctrl+."),
        "stop",
        "End the run; what was reached is kept as a result. While text is typed: Ctrl+.",
        ends_group=True,
    ),
    ActionInfo("step_back", "Step &back", "Reconstruct", (",",), "caret-left"),
    ActionInfo("step_on", "Step &forward", "Reconstruct", (".",), "caret-right"),
    ActionInfo("step_first", "F&irst step", "Reconstruct", ("Shift+,", "<"), "caret-double-left"),
    ActionInfo("step_last", "&Last step", "Reconstruct", ("Shift+.", ">"), "caret-double-right"),
    ActionInfo(
        "replay",
        "Repla&y",
        "Reconstruct",
        ("C",),
        "film-strip",
        "Show the kept steps one after the other.",
    ),
    ActionInfo(
        "tool_levels",
        "&Window and level",
        "View",
        ("W",),
        "circle-half",
        "The left button sets window (↔) and level (↕); the right button always does.",
        checkable=True,
    ),
    ActionInfo(
        "tool_pan",
        "&Move",
        "View",
        ("P",),
        "hand",
        "The left button moves the picture; the middle button always does.",
        checkable=True,
    ),
    ActionInfo(
        "tool_zoom",
        "&Zoom",
        "View",
        ("Z",),
        "magnifying-glass-plus",
        "The left button zooms; Ctrl+wheel always does.",
        checkable=True,
    ),
    ActionInfo(
        "tool_scroll",
        "S&croll",
        "View",
        ("S",),
        "stack",
        "The left button goes through the slices; the wheel always does.",
        checkable=True,
        ends_group=True,
    ),
    ActionInfo(
        "turn_right",
        "Turn &right",
        "View",
        ("Ctrl+Shift+Right",),
        "arrows-clockwise",
        "Turn all pictures of the body by 90°; k-space stays as it was measured.",
    ),
    ActionInfo(
        "turn_left",
        "Turn l&eft",
        "View",
        ("Ctrl+Shift+Left",),
        "arrows-counter-clockwise",
        "Turn all pictures of the body by 90°; k-space stays as it was measured.",
    ),
    ActionInfo(
        "flip_across",
        "Flip left to right",
        "View",
        ("Ctrl+Shift+H",),
        "arrows-left-right",
        "Mirror all pictures of the body; k-space stays as it was measured.",
    ),
    ActionInfo(
        "flip_down",
        "Flip upside &down",
        "View",
        ("Ctrl+Shift+V",),
        "arrows-down-up",
        "Mirror all pictures of the body; k-space stays as it was measured.",
    ),
    ActionInfo(
        "reset_view",
        "Reset &view",
        "View",
        ("R",),
        "arrows-in",
        "Show the whole picture, and all pictures of the body upright.",
        ends_group=True,
    ),
    ActionInfo(
        "link_zoom",
        "Link zoom and &position",
        "View",
        ("Alt+Z",),
        "arrows-out-cardinal",
        "All images show the same part.",
        checkable=True,
    ),
    ActionInfo(
        "link_crosshair",
        "Link cross&hair",
        "View",
        ("Alt+C",),
        "crosshair-simple",
        "All images point at the same place.",
        checkable=True,
    ),
    ActionInfo(
        "link_levels",
        "Link window and &level",
        "View",
        ("Alt+W",),
        "sun-dim",
        "Equal grey stands for equal signal in all images.",
        checkable=True,
    ),
    ActionInfo(
        "link_slice",
        "Link &slice",
        "View",
        ("Alt+S",),
        "stack-simple",
        "All views show the same slice.",
        checkable=True,
        ends_group=True,
    ),
    ActionInfo("slice_next", "Next slice", "View", ("Alt+PgDown",), "caret-down"),
    ActionInfo("slice_previous", "Previous slice", "View", ("Alt+PgUp",), "caret-up"),
    ActionInfo("frame_next", "Next &frame", "View", ("Ctrl+PgDown",)),
    ActionInfo("frame_previous", "Previous fr&ame", "View", ("Ctrl+PgUp",)),
    ActionInfo("coil_next", "Next c&oil", "View", ("K",)),
    ActionInfo("coil_previous", "Previous co&il", "View", ("J",)),
    ActionInfo("result_next", "Next resul&t", "View", ("PgDown",)),
    ActionInfo("result_previous", "Previous res&ult", "View", ("PgUp",)),
    ActionInfo(
        "arrange",
        "Arran&ge comparison",
        "View",
        ("V",),
        "layout",
        "Two results beside each other, with their difference, or the difference alone.",
    ),
    ActionInfo("swap", "Swap A and &B", "View", ("Shift+V",), "swap"),
    ActionInfo(
        "flicker",
        "Flicker",
        "View",
        ("`",),
        "eye",
        "B stands in the place of A while the key is held.",
        checkable=True,
        ends_group=True,
    ),
    ActionInfo("maximise", "Ma&ximise view", "View", ("Ctrl+M",), "corners-out", checkable=True),
    ActionInfo("full_screen", "Full screen", "View", ("F11",), "frame-corners", checkable=True),
    ActionInfo("reset_layout", "Reset la&yout", "View", (), "layout", ends_group=True),
    ActionInfo("system", "Theme of the s&ystem", "View", (), "monitor", checkable=True),
    ActionInfo("light", "&Light theme", "View", (), "sun", checkable=True),
    ActionInfo("dark", "&Dark theme", "View", (), "moon", checkable=True),
    ActionInfo("commands", "Find a &command …", "Help", ("Ctrl+K",), "magnifying-glass"),
    ActionInfo(
        "shortcuts", "&Keyboard shortcuts", "Help", ("?", "F1"), "keyboard", ends_group=True
    ),
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
