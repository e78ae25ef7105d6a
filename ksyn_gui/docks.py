"""The docks around the pictures: made from PANELS, arranged, sized, put back."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from ksyn_gui.dock_title import DockTitle
from ksyn_gui.focus import has_lost_keys
from ksyn_gui.panels import PANELS, Area, PanelInfo
from ksyn_gui.session import Session
from ksyn_gui.settings import LAYOUT_VERSION, Settings

_WIDTHS = {Area.LeftDockWidgetArea: 272, Area.RightDockWidgetArea: 325}
"""At first [pixels]."""
_NARROW = 1200
"""Windows of less width leave docks little more than they need [pixels]."""
_NARROW_WIDTHS = {Area.LeftDockWidgetArea: 220, Area.RightDockWidgetArea: 305}
"""In such a window [pixels]."""
_CURVES_HEIGHT = 170
"""Of the dock under the pictures, at first [pixels]."""
_CORNERS = {
    Qt.Corner.TopLeftCorner: Area.LeftDockWidgetArea,
    Qt.Corner.BottomLeftCorner: Area.LeftDockWidgetArea,
    Qt.Corner.TopRightCorner: Area.RightDockWidgetArea,
    Qt.Corner.BottomRightCorner: Area.RightDockWidgetArea,
}


class Docks:
    """The docks of one window, by name."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        self._window = window
        self._narrow = False
        self._docks = {info.name: _dock(info, window, session) for info in PANELS}

    def __getitem__(self, name: str) -> QDockWidget:
        return self._docks[name]

    def __iter__(self) -> Iterator[QDockWidget]:
        return iter(self._docks.values())

    def panel(self, name: str) -> QWidget:
        """Return what is in a dock."""
        return self._docks[name].widget()

    def arrange(self) -> None:
        """Put every dock where PANELS says; do this once, when menus and bars are there."""
        self._window.setTabPosition(Area.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        for corner, area in _CORNERS.items():
            self._window.setCorner(corner, area)
        for info in PANELS:
            self._place(info)
        for info in PANELS:
            if _leads_tabs(info):
                self[info.name].raise_()
        self._size()
        self._usual = self._window.saveState(LAYOUT_VERSION)

    def reset(self) -> None:
        """Go back to the arrangement of the first start."""
        for dock in self:
            dock.setFloating(False)
            dock.show()
        self._window.restoreState(self._usual, LAYOUT_VERSION)
        self._size()

    def follow(self, width: int) -> None:
        """Give way to the pictures where the window has become narrow, and the other way round."""
        if (width < _NARROW) is not self._narrow:
            self._narrow = width < _NARROW
            self._widen()

    def restore(self, settings: Settings) -> None:
        """Go back to the arrangement of the last time, if there was one."""
        if settings.layout is None:
            return
        geometry, state = settings.layout
        self._window.restoreGeometry(geometry)
        if not self._window.restoreState(state, LAYOUT_VERSION):
            self._window.restoreState(self._usual, LAYOUT_VERSION)

    def remember(self, settings: Settings) -> None:
        """Keep the arrangement for the next time."""
        settings.layout = self._window.saveGeometry(), self._window.saveState(LAYOUT_VERSION)

    def _place(self, info: PanelInfo) -> None:
        self._window.addDockWidget(info.area, self[info.name])
        if info.tab_of:
            self._window.tabifyDockWidget(self[info.tab_of], self[info.name])

    def _size(self) -> None:
        self._widen()
        resize = self._window.resizeDocks
        for area in _WIDTHS:
            infos = _untabbed(area)
            docks = [self[info.name] for info in infos]
            resize(docks, [100 * info.share for info in infos], Qt.Orientation.Vertical)
        resize([self["steps"]], [_CURVES_HEIGHT], Qt.Orientation.Vertical)

    def _widen(self) -> None:
        for area, width in (_NARROW_WIDTHS if self._narrow else _WIDTHS).items():
            docks = [self[info.name] for info in _untabbed(area)]
            self._window.resizeDocks(docks, [width] * len(docks), Qt.Orientation.Horizontal)


class _Dock(QDockWidget):
    def focusNextPrevChild(self, forwards: bool) -> bool:  # noqa: N802
        """Go on to the next with Tab only: keys that are lost do not fall to a title's button."""
        if self.isFloating() and has_lost_keys(self):
            return False
        return super().focusNextPrevChild(forwards)


def _dock(info: PanelInfo, window: QMainWindow, session: Session) -> QDockWidget:
    dock = _Dock(info.title, window)
    dock.setObjectName(info.name)
    dock.setAccessibleName(info.title)
    panel = info.make(session)
    panel.setAutoFillBackground(True)
    dock.setWidget(panel)
    tabbed = info.tab_of or _leads_tabs(info)
    dock.setTitleBarWidget(QWidget() if tabbed else DockTitle(dock))  # a tab is title enough
    return dock


def _untabbed(area: Area) -> list[PanelInfo]:
    return [info for info in PANELS if info.area == area and not info.tab_of]


def _leads_tabs(info: PanelInfo) -> bool:
    """Return whether other docks share the place of this one."""
    return any(other.tab_of == info.name for other in PANELS)
