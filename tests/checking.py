"""Check arguments and results against their annotations, axes included; in tests only."""

from __future__ import annotations

from typing import Self

from beartype import BeartypeConf, FrozenDict, beartype

checked = beartype(
    conf=BeartypeConf(
        # The import hook decorates method by method, where nobody knows what `Self` is.
        hint_overrides=FrozenDict({Self: object}),
        # An int is a float, as for mypy.
        is_pep484_tower=True,
    )
)
