"""Menus and toolbar, from the table of actions."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from ksyn_gui.actions import ACTIONS, Actions
from ksyn_gui.theme import icon
from ksyn_gui.views.links import Link
from ksyn_gui.views.tools import Tool

LINKS = {
    "link_zoom": Link.ZOOM,
    "link_crosshair": Link.CROSSHAIR,
    "link_levels": Link.LEVELS,
    "link_slice": Link.SCROLL,
}
"""The action that switches each link."""
TOOLS = {
    "tool_levels": Tool.LEVELS,
    "tool_pan": Tool.PAN,
    "tool_zoom": Tool.ZOOM,
    "tool_scroll": Tool.SCROLL,
}
"""The action that chooses each tool."""
_THEMES = ("system", "light", "dark")
_LEFT = (("save",), ("undo", "redo"), tuple(TOOLS), tuple(LINKS), ("maximise",))
"""Actions on the left of the toolbar, after Open; a line between two groups."""
_RIGHT = ("commands", "shortcuts")


def build_menus(
    window: QMainWindow, actions: Actions, recent: QMenu, docks: list[QDockWidget]
) -> None:
    """Fill the menu bar."""
    for title, infos in groupby(ACTIONS, key=lambda info: info.menu):
        menu = window.menuBar().addMenu(f"&{title}")
        for info in infos:
            if info.name in _THEMES:
                continue
            menu.addAction(actions[info.name])
            if info.name == "open":
                menu.addMenu(recent)
            if info.ends_group:
                menu.addSeparator()
        if title == "View":
            menu.addMenu(_themes_menu(window, actions))
            menu.addMenu(_panels_menu(window, docks))
    for names in (TOOLS, _THEMES):
        group = QActionGroup(window)
        for name in names:
            group.addAction(actions[name])


def build_toolbar(window: QMainWindow, actions: Actions, recent: QMenu) -> None:
    """Fill the toolbar."""
    bar = QToolBar("Tools", window)
    bar.setObjectName("tools")
    bar.setMovable(False)
    bar.setIconSize(QSize(20, 20))
    bar.toggleViewAction().setVisible(False)
    bar.addWidget(_open_button(actions, recent))
    for group in _LEFT:
        for name in group:
            _add(bar, actions, name)
        bar.addSeparator()
    room = QWidget()
    room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(room)
    for name in _RIGHT:
        _add(bar, actions, name)
    window.addToolBar(bar)


def check_tool(actions: Actions, tool: Tool) -> None:
    """Mark the tool that the left button has."""
    for name, other in TOOLS.items():
        if other is tool:
            actions[name].setChecked(True)


def check_link(actions: Actions, link: Link, on: bool) -> None:
    """Mark whether a link is on."""
    for name, other in LINKS.items():
        if other is link:
            actions[name].setChecked(on)


def _add(bar: QToolBar, actions: Actions, name: str) -> None:
    bar.addAction(actions[name])
    bar.widgetForAction(actions[name]).setAccessibleName(actions[name].toolTip())


def _panels_menu(window: QMainWindow, docks: list[QDockWidget]) -> QMenu:
    menu = QMenu("Pa&nels", window)
    menu.setIcon(icon("columns"))
    for dock in docks:
        menu.addAction(dock.toggleViewAction())
    return menu


def _themes_menu(window: QMainWindow, actions: Actions) -> QMenu:
    menu = QMenu("Theme", window)
    menu.setIcon(icon("monitor"))
    menu.addActions([actions[name] for name in _THEMES])
    return menu


def _open_button(actions: Actions, recent: QMenu) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(actions["open"])
    button.setText("Open")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    button.setMenu(recent)
    return button
