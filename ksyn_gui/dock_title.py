"""The title of a dock: its name, and two quiet buttons."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QWidget

from ksyn_gui.parts import tool_button


class DockTitle(QWidget):
    """Names the dock; lets it float, and hides it."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setProperty("role", "dock-title")
        title = dock.windowTitle()
        label = QLabel(title)
        label.setProperty("role", "heading")
        lift = tool_button("arrow-square-out", f"Float {title}", "Float, or put back")
        close = tool_button("x", f"Hide {title}", "Hide (View ▸ Panels shows it again)")
        lift.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        close.clicked.connect(dock.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 6, 3)
        row.setSpacing(0)
        row.addWidget(label, 1)
        for button in (lift, close):
            button.setIconSize(QSize(13, 13))
            row.addWidget(button)
