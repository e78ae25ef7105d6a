"""How the window looks: two palettes, one style sheet, one set of icons; follows the system."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Literal

from PySide6.QtCore import QObject, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QApplication

from ksyn_gui.assets import resources_folder

Preference = Literal["system", "light", "dark"]


@dataclass(frozen=True)
class Colours:
    """The colours of one theme, as ``#rrggbb``."""

    window: str
    """Behind everything."""
    surface: str
    """Docks and bars."""
    field: str
    """What can be edited or chosen from."""
    raised: str
    """Buttons."""
    hover: str
    line: str
    """Hairlines between parts."""
    outline: str
    """Around fields and buttons."""
    text: str
    quiet: str
    """Text of less importance; still 4.5 : 1 on `surface`."""
    faint: str
    """Disabled text."""
    accent: str
    """What is chosen, and the one main button."""
    on_accent: str
    accent_hover: str
    selection: str
    warning: str
    danger: str
    good: str


DARK = Colours(
    window="#16181c",
    surface="#1d2025",
    field="#14161a",
    raised="#2a2e35",
    hover="#343942",
    line="#2b2f36",
    outline="#3a4049",
    text="#e6e8ec",
    quiet="#a3abb7",
    faint="#666e7a",
    accent="#4b9cf0",
    on_accent="#08131f",
    accent_hover="#6db0f5",
    selection="#24456b",
    warning="#f0b35a",
    danger="#f07a78",
    good="#63c28b",
)
LIGHT = Colours(
    window="#e9ebef",
    surface="#f6f7f9",
    field="#ffffff",
    raised="#ffffff",
    hover="#e9eef5",
    line="#d9dde3",
    outline="#c3c9d2",
    text="#1b1f26",
    quiet="#59616d",
    faint="#9aa2ad",
    accent="#1c6dd0",
    on_accent="#ffffff",
    accent_hover="#155ab0",
    selection="#cfe2fa",
    warning="#8f5b00",
    danger="#b3261e",
    good="#1b7a45",
)


class Theme(QObject):
    """Dresses the application, and again whenever the system changes between light and dark."""

    changed = Signal(object)
    """Colours."""

    def __init__(self, application: QApplication, preference: Preference = "system") -> None:
        super().__init__(application)
        self._application = application
        application.setStyle("Fusion")
        application.styleHints().colorSchemeChanged.connect(self._dress)
        self.prefer(preference)

    def prefer(self, preference: Preference) -> None:
        """Choose light, dark, or what the system says."""
        schemes = {
            "system": Qt.ColorScheme.Unknown,
            "light": Qt.ColorScheme.Light,
            "dark": Qt.ColorScheme.Dark,
        }
        self._preference = preference
        self._application.styleHints().setColorScheme(schemes[preference])
        self._dress()

    @property
    def preference(self) -> Preference:
        """What was chosen."""
        return self._preference

    @contextmanager
    def undressed(self) -> Iterator[None]:
        """Build a window without the style sheet, then dress it.

        Otherwise each widget is dressed anew whenever it is put into another: half of the time.
        """
        sheet = self._application.styleSheet()
        self._application.setStyleSheet("")
        try:
            yield
        finally:
            self._application.setStyleSheet(sheet)

    def _dress(self) -> None:
        colours = colours_now(self._preference)
        self._application.setProperty("ksyn-dark", colours is DARK)  # asked for by `colours_now`
        self._application.setPalette(_palette(colours))
        self._application.setStyleSheet(_style_sheet(colours))
        self.changed.emit(colours)


def colours_now(preference: Preference | None = None) -> Colours:
    """Return the colours of the theme in use, or of a preference."""
    if preference == "dark":
        return DARK
    if preference == "light":
        return LIGHT
    if preference is None:
        application = QGuiApplication.instance()
        return DARK if application and application.property("ksyn-dark") else LIGHT
    scheme = QGuiApplication.styleHints().colorScheme()
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK


def icon(name: str, *, on_accent: bool = False) -> QIcon:
    """Return an icon of the Phosphor set, such as ``"floppy-disk"``; it follows the palette."""
    return QIcon(_Glyph(name, on_accent=on_accent))


class _Glyph(QIconEngine):
    """Draws one letter of the icon font in the palette's text colour."""

    def __init__(self, name: str, *, on_accent: bool) -> None:
        super().__init__()
        self._name, self._on_accent = name, on_accent

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        family, letters = _icon_font()
        font = QFont(family)
        font.setPixelSize(round(min(rect.width(), rect.height()) * 0.98))
        painter.save()
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.setPen(QColor(self._colour(mode, state)))
        letter = chr(int(letters[self._name], 16))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, letter)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPointF(0, 0).toPoint(), size), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _Glyph(self._name, on_accent=self._on_accent)

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        colours = colours_now()
        if mode == QIcon.Mode.Disabled:
            return colours.faint
        if self._on_accent:
            return colours.on_accent
        return colours.accent if state == QIcon.State.On else colours.text


@cache
def _icon_font() -> tuple[str, dict[str, str]]:
    """Return the icon font's family and the codes of its letters by name.

    qtawesome brings the font; importing it would load every module of Qt and seven more fonts.
    """
    package = find_spec("qtawesome")
    if package is None or not package.origin:
        return "", {}
    folder = Path(package.origin).parent / "fonts"
    number = QFontDatabase.addApplicationFont(str(next(folder.glob("phosphor-*.ttf"))))
    codes: dict[str, str] = json.loads(
        next(folder.glob("phosphor-charmap-*.json")).read_text(encoding="utf-8")
    )
    return QFontDatabase.applicationFontFamilies(number)[0], codes


def _palette(c: Colours) -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, colour in {
        roles.Window: c.surface,
        roles.WindowText: c.text,
        roles.Base: c.field,
        roles.AlternateBase: c.surface,
        roles.Text: c.text,
        roles.PlaceholderText: c.faint,
        roles.Button: c.raised,
        roles.ButtonText: c.text,
        roles.BrightText: c.danger,
        roles.Highlight: c.accent,
        roles.HighlightedText: c.on_accent,
        roles.Accent: c.accent,
        roles.Link: c.accent,
        roles.LinkVisited: c.accent,
        roles.ToolTipBase: c.raised,
        roles.ToolTipText: c.text,
        roles.Light: c.hover,
        roles.Midlight: c.hover,
        roles.Mid: c.outline,
        roles.Dark: c.line,
        roles.Shadow: c.window,
    }.items():
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.faint))
    palette.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(c.outline))
    return palette


def _style_sheet(colours: Colours) -> str:
    folder = resources_folder()
    text = (folder / "themes" / "window.qss").read_text(encoding="utf-8")
    icons = (folder / "icons" / ("dark" if colours is DARK else "light")).as_posix()
    return Template(text).substitute(asdict(colours), icons=icons)
