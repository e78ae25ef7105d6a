"""Where shipped files lie: the same in a checkout, a wheel and a frozen application."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path

_PACKAGE = Path(__file__).parent


def models_folder() -> Path:
    """Return the folder with a sub-folder for each model that ships."""
    installed = _PACKAGE / "_models"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"


def own_models_folder() -> Path:
    """Return the user's folder of models: put a trained model's folder there to use it."""
    return user_data_path("ksyn", appauthor=False) / "models"
