"""Garbage is collected in the window's thread, and only there."""

import gc
import weakref

import pytest

from ksyn_gui.garbage import GarbageCollector


class Ring:
    """An object that only the collector can free."""

    def __init__(self):
        self.me = self


@pytest.fixture
def collector(qapp):
    collector = GarbageCollector()
    yield collector
    collector.close()


def test_nothing_is_collected_by_itself(collector):
    ring = weakref.ref(Ring())
    for _ in range(5000):
        Ring()
    assert ring() is not None


def test_a_look_collects_what_has_piled_up(collector):
    ring = weakref.ref(Ring())
    keep = [Ring() for _ in range(5000)]
    collector.look()
    assert ring() is None
    assert keep


def test_the_automatic_collector_comes_back(qapp):
    collector = GarbageCollector()
    assert not gc.isenabled()
    collector.close()
    assert gc.isenabled()
