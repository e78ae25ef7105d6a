"""Each promise is broken here, and its check alone finds that."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, ClassVar

import promises
import pytest
import torch
from jaxtyping import TypeCheckError
from promises import (
    CHECKS,
    FEW,
    Check,
    answers_soon,
    automatic_values_are_what_it_uses,
    closing_stops_and_frees,
    fits_the_problem,
    grad_mode_left_alone,
    never_written_again,
    numbered,
    problem_unchanged,
    repeatable,
    stream,
)

from ksyn.data import KSpace, Problem, Step
from ksyn.encoding import Encoding
from ksyn.methods.protocol import Method
from ksyn.options import option


class Sound(Method):
    """Three steps towards the zero-filled image; what the broken ones are made of."""

    name: ClassVar[str] = "sound"
    title: ClassVar[str] = "Sound"
    when: ClassVar[str] = "In tests."

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        for index in range(FEW):
            yield self.step(problem, rng, index)

    def step(self, problem: Problem, rng: torch.Generator, index: int) -> Step:
        encoding, measured = Encoding(problem), problem.kspace.samples
        part = self.size() * (index + 1) / FEW
        return encoding.step(part * encoding.adjoint(measured), measured, index, FEW)

    def size(self) -> float:
        return 1.0


class CountsFromOne(Sound):
    def step(self, problem, rng, index):
        return changed(super().step(problem, rng, index), index=index + 1)


class PromisesMore(Sound):
    def step(self, problem, rng, index):
        return changed(super().step(problem, rng, index), total=FEW + 1)


class DrawsGlobally(Sound):
    def size(self):
        return float(torch.rand(1))


class MovesTheGlobalGenerator(Sound):
    def step(self, problem, rng, index):
        torch.empty(1).normal_()
        return super().step(problem, rng, index)


class KeepsItsEncoding(Sound):
    kept: ClassVar[list[Encoding]] = []

    def step(self, problem, rng, index):
        self.kept.append(Encoding(problem.to(problem.device)))
        self.kept[-1].fresh = torch.zeros(1)
        return super().step(problem, rng, index)


class TellsHalfItsResidual(Sound):
    def step(self, problem, rng, index):
        step = super().step(problem, rng, index)
        return changed(step, scalars={"data_residual": 0.5 * step.scalars["data_residual"]})


class ShowsAnotherKspace(Sound):
    def step(self, problem, rng, index):
        step = super().step(problem, rng, index)
        return changed(step, image=step.image.conj())


class WritesInPlace(Sound):
    @torch.no_grad()
    def stream(self, problem, rng):
        image = torch.zeros_like(self.step(problem, rng, 0).image)
        for index in range(FEW):
            step = self.step(problem, rng, index)
            image.copy_(step.image)
            yield changed(step, image=image)


class LeaksGradMode(Sound):
    def stream(self, problem, rng):
        with torch.no_grad():
            for index in range(FEW):
                yield self.step(problem, rng, index)


class WritesToTheProblem(Sound):
    @torch.no_grad()
    def stream(self, problem, rng):
        # The last thing it does, so that its own steps are not changed by it.
        yield from super().stream(problem, rng)
        problem.kspace.samples.mul_(2).div_(3)


class KeepsItsSteps(Sound):
    kept: ClassVar[list[Step]] = []

    def step(self, problem, rng, index):
        self.kept.append(super().step(problem, rng, index))
        return self.kept[-1]


class WillNotClose(Sound):
    @torch.no_grad()
    def stream(self, problem, rng):
        for index in range(FEW):
            try:
                yield self.step(problem, rng, index)
            except GeneratorExit:
                yield self.step(problem, rng, index)


class DropsTheCoils(Sound):
    def step(self, problem, rng, index):
        step = super().step(problem, rng, index)
        return changed(step, kspace=step.kspace[:, :1])


class DropsTheFrame(Sound):
    def step(self, problem, rng, index):
        step = super().step(problem, rng, index)
        return changed(step, image=step.image[0])


class DoublesPrecision(Sound):
    def step(self, problem, rng, index):
        step = super().step(problem, rng, index)
        return changed(step, image=step.image.to(torch.complex128))


class HasNoResidual(Sound):
    def step(self, problem, rng, index):
        return changed(super().step(problem, rng, index), scalars={})


class Dawdles(Sound):
    def step(self, problem, rng, index):
        started = time.thread_time()
        while index == 1 and time.thread_time() - started < 0.25:
            Encoding(problem)
        return super().step(problem, rng, index)


class HidesItsValue(Sound):
    weight: float | None = option(None, help="In tests.")


class UsesAnotherValue(Sound):
    weight: float | None = option(None, help="In tests.")

    def automatic(self, problem):
        return {"weight": 2.0}

    def size(self):
        return 3.0 if self.weight is None else self.weight


def changed(step: Step, **values: Any) -> Step:
    return Step(**(vars(step) | values))


def broken_promises(method: Method, problem: Problem) -> set[str]:
    return {check.__name__ for check in CHECKS if breaks(check, method, problem)}


def breaks(check: Check, method: Method, problem: Problem) -> bool:
    samples = problem.kspace.samples.clone()
    with torch.set_grad_enabled(torch.is_grad_enabled()):  # Puts back what a leak leaves behind.
        try:
            check(method, Problem(KSpace(samples), problem.mask, problem.sens_maps))
        except (AssertionError, RuntimeError):
            return True
    return False


def test_a_sound_method_breaks_no_promise(small_problem):
    assert broken_promises(Sound(), small_problem) == set()


@pytest.mark.parametrize(
    ("method", "promise"),
    [
        (CountsFromOne, numbered),
        (PromisesMore, numbered),
        (DrawsGlobally, repeatable),
        (MovesTheGlobalGenerator, repeatable),
        (WritesInPlace, never_written_again),
        (LeaksGradMode, grad_mode_left_alone),
        (WritesToTheProblem, problem_unchanged),
        (KeepsItsSteps, closing_stops_and_frees),
        (WillNotClose, closing_stops_and_frees),
        (KeepsItsEncoding, closing_stops_and_frees),
        (TellsHalfItsResidual, fits_the_problem),
        (ShowsAnotherKspace, fits_the_problem),
        (DropsTheCoils, fits_the_problem),
        (DoublesPrecision, fits_the_problem),
        (HasNoResidual, fits_the_problem),
        (Dawdles, answers_soon),
        (HidesItsValue, automatic_values_are_what_it_uses),
        (UsesAnotherValue, automatic_values_are_what_it_uses),
    ],
    ids=lambda value: value.__name__,
)
def test_a_broken_promise_is_caught_by_its_check_alone(method, promise, small_problem, monkeypatch):
    monkeypatch.setattr(promises, "SLOWEST", 0.2)
    assert broken_promises(method(), small_problem) == {promise.__name__}


def test_a_step_with_an_axis_missing_cannot_be_made(small_problem):
    with pytest.raises(TypeCheckError, match="image"):
        next(stream(DropsTheFrame(), small_problem))
