"""Where shipped files lie: the same in a checkout, a wheel and a frozen application."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def models_folder() -> Path:
    """Return the folder with a sub-folder for each model."""
    installed = _PACKAGE / "_models"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"
