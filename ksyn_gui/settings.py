"""What the window remembers; of scans only where the last few are, and that can be forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QSettings

from ksyn_gui.theme import Preference

LAYOUT_VERSION = 1
"""Counted up when docks are added or renamed; an older layout is then not restored."""
_MOST_RECENT = 8


class Settings:
    """The user's choices, in the place where the system keeps such things."""

    def __init__(self) -> None:
        self._store = QSettings("K-Syn", "K-Syn")

    @property
    def theme(self) -> Preference:
        """Light, dark, or what the system says."""
        name = self._store.value("theme", "system")
        return name if name in ("light", "dark") else "system"

    @theme.setter
    def theme(self, preference: Preference) -> None:
        self._store.setValue("theme", preference)

    @property
    def recent(self) -> list[Path]:
        """Scans opened lately that still exist, newest first."""
        stored = self._store.value("recent", [])
        names = [stored] if isinstance(stored, str) else list(cast("list[str]", stored or []))
        return [Path(name) for name in names if Path(name).exists()]

    def remember(self, path: Path) -> None:
        """Put a scan on top of the recent ones."""
        others = [str(known) for known in self.recent if known != path]
        self._store.setValue("recent", [str(path), *others][:_MOST_RECENT])

    def forget_recent(self) -> None:
        """Forget which scans were opened."""
        self._store.remove("recent")

    @property
    def folder(self) -> Path:
        """Where file dialogs begin."""
        stored = Path(str(self._store.value("folder", "")))
        return stored if stored.is_dir() else Path.home()

    @folder.setter
    def folder(self, path: Path) -> None:
        self._store.setValue("folder", str(path))

    @property
    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and state of the window's docks; None when there is none of this version."""
        if self._store.value("layout/version", 0, type=int) != LAYOUT_VERSION:
            return None
        geometry, state = self._store.value("layout/geometry"), self._store.value("layout/state")
        if isinstance(geometry, QByteArray) and isinstance(state, QByteArray):
            return geometry, state
        return None

    @layout.setter
    def layout(self, value: tuple[QByteArray, QByteArray] | None) -> None:
        if value is None:
            self._store.remove("layout")
            return
        self._store.setValue("layout/version", LAYOUT_VERSION)
        self._store.setValue("layout/geometry", value[0])
        self._store.setValue("layout/state", value[1])
