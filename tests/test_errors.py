"""Every error that a user can mend is a KsynError and says what to do."""

from __future__ import annotations

import inspect

import pytest

from ksyn import errors
from ksyn.errors import KsynError, OptionError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind is not KsynError]


def test_there_are_seven_kinds() -> None:
    assert len(KINDS) == 7


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_can_be_caught_as_a_ksyn_error(kind: type[KsynError]) -> None:
    with pytest.raises(KsynError):
        raise kind("Something is missing.")


@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_at_the_top_of_the_file_names_each_kind(kind: type[KsynError]) -> None:
    assert f" {kind.__name__} " in (errors.__doc__ or "")


def test_the_text_is_the_message_and_the_hint_below_it() -> None:
    error = OptionError("There is no mask called 'poison'.", hint="Did you mean 'poisson'?")
    assert str(error) == "There is no mask called 'poison'.\nDid you mean 'poisson'?"
    assert error.message == "There is no mask called 'poison'."


def test_without_a_hint_the_text_is_the_message_alone() -> None:
    assert str(KsynError("It is empty.")) == "It is empty."
