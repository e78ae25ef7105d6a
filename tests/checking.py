"""Check arguments and results against their annotations, axes included; in tests only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from beartype import BeartypeConf, beartype
from beartype.roar import BeartypeDecorHintPep673Exception

F = TypeVar("F", bound=Callable[..., Any])

# An int where a float is asked for is right, as for mypy.
_check = beartype(conf=BeartypeConf(is_pep484_tower=True))


def checked(function: F) -> F:
    """Return the function with its annotations enforced."""
    try:
        return _check(function)
    except BeartypeDecorHintPep673Exception:
        return function  # `Self` means nothing to a checker that sees a method without its class
