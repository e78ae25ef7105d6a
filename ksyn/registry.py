"""Tables of choices: methods, masks, readers, writers, networks, metrics."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Generic, Protocol, TypeVar, runtime_checkable

from ksyn.errors import OptionError


@runtime_checkable
class Named(Protocol):
    """Anything that can stand in a table."""

    @property
    def name(self) -> str:
        """What the command line, recipes and tests call it."""


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """An ordered table; third parties add rows through the entry-point group ``ksyn.<kind>s``."""

    def __init__(self, kind: str, *entries: T) -> None:
        self.kind = kind
        self._own = {entry.name: entry for entry in entries}
        self._found: dict[str, T] | None = None

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries().values())

    def __len__(self) -> int:
        return len(self._entries())

    def names(self) -> list[str]:
        """Return the names in order."""
        return list(self._entries())

    def get(self, name: str) -> T:
        """Return the entry of that name.

        Raises:
            OptionError: There is none; the hint names the nearest one.
        """
        entries = self._entries()
        if name in entries:
            return entries[name]
        near = get_close_matches(name, entries, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Choose one of: {', '.join(entries)}."
        raise OptionError(f"There is no {self.kind} called {name!r}.", hint=hint)

    def _entries(self) -> dict[str, T]:
        if self._found is None:
            plugged = (point.load() for point in entry_points(group=f"ksyn.{self.kind}s"))
            self._found = self._own | {entry.name: entry for entry in plugged}
        return self._found
