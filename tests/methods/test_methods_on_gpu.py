"""Every method gives on a GPU what it gives on the CPU."""

from __future__ import annotations

import pytest
import torch
from both_devices import REAL, assert_alike
from promises import stream
from test_promises import every_method, of_two_frames, of_two_sets, quick

from ksyn.data import Problem, Step
from ksyn.methods import METHODS
from ksyn.methods.protocol import Method


def draws(method: Method) -> bool:
    """A real GPU draws other numbers than the CPU."""
    return method.family == "diffusion" or getattr(method, "shifts", False)


@every_method
@pytest.mark.parametrize("variant", [of_two_frames, of_two_sets])
def test_every_method_gives_what_it_gives_on_the_cpu(method, variant, small_problem, gpu):
    method, problem = quick(METHODS.get(method)), variant(small_problem)
    here, there = (list(stream(method, p)) for p in (problem, problem.to(gpu)))
    for expected, found in zip(here, there, strict=True):
        assert found.image.device == found.kspace.device == gpu
        if not (REAL and draws(method)):
            assert_alike(found.image, expected.image)
            assert_alike(found.kspace, expected.kspace)


@pytest.mark.parametrize(
    "method", [name for name in METHODS.names() if METHODS.get(name).family == "diffusion"]
)
def test_samples_drawn_together_are_what_they_are_on_the_cpu(method, small_problem, gpu):
    method = quick(METHODS.get(method))
    here, there = (together(method, p) for p in (small_problem, small_problem.to(gpu)))
    assert there.image.device == there.kspace.device == gpu
    if not REAL:
        assert_alike(there.image, here.image)
        assert_alike(there.kspace, here.kspace)


def together(method: Method, problem: Problem) -> Step:
    rngs = [torch.Generator(problem.device).manual_seed(seed) for seed in (7, 8)]
    *_, last = method.stream_together(problem, rngs)
    return last
