"""The clock that methods and their peers are timed by."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

import torch

T = TypeVar("T")


def now() -> float:
    """Return seconds since some moment, to take differences of.

    On one thread they are processor time, of programs that were run as well: what else the machine
    does then counts for nobody. On more, or with a GPU at work, they are those on the wall.
    """
    if torch.get_num_threads() > 1 or torch.cuda.is_available():
        return time.perf_counter()
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what came of some work, and its seconds."""
    started = now()
    result = work()
    return result, now() - started
