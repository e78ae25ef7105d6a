"""Every method gives on a GPU what it gives on the CPU."""

from __future__ import annotations

import pytest
from both_devices import REAL, assert_alike
from test_promises import every_method, of_two_frames, of_two_sets, quick, stream

from ksyn.data import Problem
from ksyn.methods import METHODS
from ksyn.methods.protocol import Method


def as_it_is(problem: Problem) -> Problem:
    return problem


def draws(method: Method) -> bool:
    """A real GPU draws other numbers than the CPU."""
    return method.family == "diffusion" or getattr(method, "shifts", False)


@every_method
@pytest.mark.parametrize("variant", [as_it_is, of_two_frames, of_two_sets])
def test_every_method_gives_what_it_gives_on_the_cpu(method, variant, small_problem, gpu):
    method, problem = quick(METHODS.get(method)), variant(small_problem)
    here, there = (list(stream(method, p)) for p in (problem, problem.to(gpu)))
    for expected, found in zip(here, there, strict=True):
        assert found.image.device == found.kspace.device == gpu
        if not (REAL and draws(method)):
            assert_alike(found.image, expected.image)
            assert_alike(found.kspace, expected.kspace)
