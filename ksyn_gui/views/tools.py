"""What the buttons of the mouse do on a picture."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt


class Tool(StrEnum):
    """What the left button does; the other two buttons never change."""

    LEVELS = "Window and level"
    PAN = "Move"
    ZOOM = "Zoom"
    SCROLL = "Scroll"
    BRUSH = "Paint"


def tool_of(button: Qt.MouseButton, left: Tool) -> Tool:
    """Return what a button does while the left one does `left`."""
    if button == Qt.MouseButton.RightButton:
        return Tool.LEVELS
    return Tool.PAN if button == Qt.MouseButton.MiddleButton else left
