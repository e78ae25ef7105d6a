"""What to tell the user of an exception."""

from __future__ import annotations

import traceback

from ksyn.errors import DeviceError, KsynError
from ksyn_gui.facts import Trouble


def trouble_of(error: Exception) -> Trouble:
    """Return what to tell the user of an exception; a report where it is a bug."""
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        error = DeviceError(
            f"There is not enough memory: {error}".strip(),
            hint="Choose a smaller network or scan, another device, or close other programs.",
        ).with_traceback(error.__traceback__)
    if isinstance(error, KsynError):
        return Trouble(error.message, error.hint)
    return Trouble(
        f"{type(error).__name__}: {error}",
        "This should not have happened. Your scan and results are still here.",
        "".join(traceback.format_exception(error)),
    )
