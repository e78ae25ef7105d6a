"""Where the window's files lie: the same in a checkout, a wheel and a frozen application."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resources_folder() -> Path:
    """Return the folder with icons and themes."""
    installed = _PACKAGE / "_resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"
