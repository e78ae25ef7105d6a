"""PANELS: docks that show and change the session; they do not know each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ksyn_gui.panels.mask_panel import MaskPanel
from ksyn_gui.panels.method_panel import MethodPanel
from ksyn_gui.panels.result_panel import ResultPanel
from ksyn_gui.panels.run_panel import RunPanel
from ksyn_gui.panels.steps_panel import StepsPanel
from ksyn_gui.panels.study_panel import StudyPanel
from ksyn_gui.session import Session

Area = Qt.DockWidgetArea


@dataclass(frozen=True)
class PanelInfo:
    """One dock."""

    name: str
    """What a saved layout calls it; never changes."""
    title: str
    area: Area
    make: Callable[[Session], QWidget]
    share: int
    """Its part of the area's height, relative to its neighbours."""
    tab_of: str = ""
    """The dock whose place it shares."""


PANELS = (
    PanelInfo("study", "Study", Area.LeftDockWidgetArea, StudyPanel, 5),
    PanelInfo("results", "Results", Area.LeftDockWidgetArea, ResultPanel, 6),
    PanelInfo("method", "Method", Area.RightDockWidgetArea, MethodPanel, 8),
    PanelInfo("mask", "Mask", Area.RightDockWidgetArea, MaskPanel, 8, tab_of="method"),
    PanelInfo("run", "Run", Area.RightDockWidgetArea, RunPanel, 2),
    PanelInfo("steps", "Steps", Area.BottomDockWidgetArea, StepsPanel, 1),
)
