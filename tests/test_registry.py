"""A table keeps its order, takes plugins, and knows what was nearly meant."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ksyn import registry
from ksyn.errors import OptionError
from ksyn.registry import Registry


@dataclass(frozen=True)
class Entry:
    name: str


@dataclass(frozen=True)
class Point:
    """An entry point that loads an entry."""

    entry: Entry

    def load(self) -> Entry:
        return self.entry


def table(*names: str) -> Registry[Entry]:
    return Registry("pattern", *(Entry(name) for name in names))


def plug(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """Pretend that other packages offer these; return the groups that were asked for."""
    asked: list[str] = []

    def entry_points(*, group: str) -> list[Point]:
        asked.append(group)
        return [Point(Entry(name)) for name in names]

    monkeypatch.setattr(registry, "entry_points", entry_points)
    return asked


def test_the_order_is_the_one_of_the_table() -> None:
    assert table("radial", "cartesian", "spiral").names() == ["radial", "cartesian", "spiral"]
    assert [entry.name for entry in table("b", "a")] == ["b", "a"]


def test_get_returns_the_entry_of_that_name() -> None:
    assert table("radial", "spiral").get("spiral") == Entry("spiral")


def test_a_slip_of_the_pen_is_answered_with_what_was_meant() -> None:
    with pytest.raises(OptionError, match="no pattern called 'spirel'") as raised:
        table("radial", "spiral").get("spirel")
    assert raised.value.hint == "Did you mean 'spiral'?"


def test_a_name_like_no_other_is_answered_with_the_choices() -> None:
    with pytest.raises(OptionError) as raised:
        table("radial", "spiral").get("xyz")
    assert raised.value.hint == "Choose one of: radial, spiral."


def test_other_packages_add_rows_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = plug(monkeypatch, "lissajous")
    assert table("radial").names() == ["radial", "lissajous"]
    assert asked == ["ksyn.patterns"]


def test_the_length_counts_the_added_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    plug(monkeypatch, "lissajous")
    assert len(table("radial")) == 2


def test_other_packages_are_asked_once_and_late(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = plug(monkeypatch)
    patterns = table("radial")
    assert asked == []
    patterns.names(), list(patterns), len(patterns)
    assert len(asked) == 1
