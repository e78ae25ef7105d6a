"""How the numbers of a step are called and written."""

from __future__ import annotations

_TITLES = {
    "data_residual": ("Data residual", "", ".2e"),
    "psnr": ("PSNR", "dB", ".2f"),
    "ssim": ("SSIM", "", ".4f"),
    "nmse": ("NMSE", "", ".2e"),
    "nrmse": ("NRMSE", "", ".4f"),
    "hfen": ("HFEN", "", ".4f"),
}


def scalar_title(name: str) -> str:
    """Return what a scalar is called."""
    if name in _TITLES:
        return _TITLES[name][0]
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def scalar_unit(name: str) -> str:
    """Return the unit; empty where there is none."""
    return _TITLES.get(name, ("", "", ""))[1]


def with_minus(numbers: str) -> str:
    """Return numbers with a minus that is as wide as a plus, not a hyphen."""
    return numbers.replace("-", "−")


def scalar_text(name: str, value: float) -> str:
    """Return a value with its unit, in as many digits as mean something."""
    _, unit, form = _TITLES.get(name, ("", "", ".4g"))
    return f"{with_minus(f'{value:{form}}')} {unit}".strip()
