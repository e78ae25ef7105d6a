"""The run-time type checker of the tests."""

from typing import Self

from beartype import BeartypeConf, FrozenDict, beartype

check = beartype(
    conf=BeartypeConf(
        # The import hook decorates method by method, where beartype cannot know what `Self` is.
        hint_overrides=FrozenDict({Self: object}),
        # An int is a float, as everywhere else in Python.
        is_pep484_tower=True,
    )
)
