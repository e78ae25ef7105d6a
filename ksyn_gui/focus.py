"""Where the keys go when what had them is greyed out or put away."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def has_lost_keys(window: QWidget) -> bool:
    """Return whether what had the keys of a window cannot take them any more.

    Qt then asks the window for the next in the order of Tab, which may be any button there is.
    """
    had = window.focusWidget()
    return had is not None and not (had.isEnabled() and had.isVisible())
