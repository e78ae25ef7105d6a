"""Options are declared once; flags, forms, checks and recipes read the same declaration."""

from __future__ import annotations

from typing import ClassVar, Literal

import pytest
from pydantic import ValidationError

from ksyn.errors import OptionError
from ksyn.masks import MASKS
from ksyn.options import OptionInfo, Options, option, options_of, parse_assignments


class Solver(Options):
    title: ClassVar[str] = "Solver"
    iterations: int = option(20, low=1, high=200, help="Steps.")
    weight: float = option(1e-3, low=0, high=1, help="Weight.", advanced=True)
    width: float | None = option(None, low=0, high=1, unit="m", help="Width.")
    norm: Literal["l1", "l2"] = option("l1", help="Norm.")
    verbose: bool = option(False, help="Talk.")
    label: str = option("", help="Text.")


def info(name: str) -> OptionInfo:
    return next(i for i in options_of(Solver) if i.name == name)


def test_text_becomes_what_the_field_holds() -> None:
    solver = Solver.of({"iterations": "7", "weight": "1e-2", "verbose": "true", "norm": "l2"})
    assert (solver.iterations, solver.weight, solver.verbose, solver.norm) == (7, 0.01, True, "l2")


def test_what_is_not_given_is_the_default() -> None:
    assert Solver.of({}) == Solver()
    assert Solver().iterations == 20


@pytest.mark.parametrize("value", [1, 200, "1", "200"])
def test_the_limits_themselves_are_allowed(value: object) -> None:
    assert Solver.of({"iterations": value}).iterations == int(str(value))


@pytest.mark.parametrize("value", [0, 201, "many", 2.5, None, float("nan")])
def test_a_value_that_will_not_do_is_named_with_its_help(value: object) -> None:
    with pytest.raises(OptionError, match=f"Solver: iterations = {value!r}") as raised:
        Solver.of({"iterations": value})
    assert raised.value.hint == "Steps. It may be 1 to 200."


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", float("nan")])
def test_a_number_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(OptionError):
        Solver.of({"weight": value})


def test_a_wrong_choice_is_refused() -> None:
    with pytest.raises(OptionError, match="norm = 'l3'"):
        Solver.of({"norm": "l3"})


def test_a_slip_of_the_pen_is_answered_with_the_option_that_was_meant() -> None:
    with pytest.raises(OptionError, match="Solver has no option 'iteration'") as raised:
        Solver.of({"iteration": 3})
    assert raised.value.hint == "Did you mean 'iterations'?"


def test_a_name_like_no_other_is_answered_with_all_options() -> None:
    with pytest.raises(OptionError) as raised:
        Solver.of({"zzz": 3})
    assert raised.value.hint.startswith("Its options are: iterations, weight")


def test_options_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Solver().iterations = 3  # type: ignore[misc]


def test_options_survive_the_way_through_a_recipe() -> None:
    solver = Solver(iterations=3, width=0.5)
    assert Solver.of(solver.model_dump()) == solver


def test_the_options_are_told_in_the_order_of_the_class() -> None:
    names = [i.name for i in options_of(Solver)]
    assert names == ["iterations", "weight", "width", "norm", "verbose", "label"]


def test_class_variables_are_no_options() -> None:
    assert "title" not in [i.name for i in options_of(Solver)]


def test_a_form_learns_kind_limits_default_and_help() -> None:
    iterations = info("iterations")
    assert (iterations.kind, iterations.low, iterations.high) == (int, 1, 200)
    assert (iterations.default, iterations.help, iterations.optional) == (20, "Steps.", False)


def test_an_automatic_value_keeps_kind_unit_and_limits() -> None:
    width = info("width")
    assert (width.kind, width.optional, width.unit) == (float, True, "m")
    assert (width.low, width.high) == (0, 1)


def test_choices_are_listed_and_have_no_kind() -> None:
    assert (info("norm").choices, info("norm").kind) == (("l1", "l2"), None)


def test_only_what_is_marked_is_advanced() -> None:
    assert [i.name for i in options_of(Solver) if i.advanced] == ["weight"]


@pytest.mark.parametrize(("name", "kind"), [("verbose", bool), ("label", str)])
def test_truth_and_text_have_their_kind(name: str, kind: type) -> None:
    assert info(name).kind is kind


def test_assignments_are_split_at_the_first_sign() -> None:
    assert parse_assignments(["a=1", "b = x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}


def test_an_assignment_without_a_sign_is_refused() -> None:
    with pytest.raises(OptionError, match="'iterations' sets nothing") as raised:
        parse_assignments(["a=1", "iterations"])
    assert "key=value" in raised.value.hint


def test_a_value_out_of_range_is_told_the_range():
    with pytest.raises(OptionError) as caught:
        MASKS.get("uniform").of({"acceleration": 300})
    assert "1 to 64" in caught.value.hint
