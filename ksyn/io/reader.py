"""Reader: one row of the table of file formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ksyn.io.layout import Layout
from ksyn.io.probe import Probe
from ksyn.io.scan import Scan


def always_available() -> str:
    """Return why a reader cannot be used here: no reason."""
    return ""


@dataclass(frozen=True)
class Reader:
    """How a format is recognised and opened."""

    name: str
    """What the command line and the tests call it."""
    title: str
    """What the window calls it."""
    suffixes: tuple[str, ...]
    """Usual endings, for file dialogs; the content decides."""
    sniff: Callable[[Probe], bool]
    """Whether a file is of this format."""
    open: Callable[[Probe, Layout | None], Scan]
    takes_layout: bool = True
    """Whether `Layout` means something to it; formats that explain themselves do without."""
    unavailable: Callable[[], str] = always_available
    """Why it cannot be used here; empty when it can."""
