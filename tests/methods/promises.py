"""What every method promises, as checks.

A check takes a method and a problem and raises AssertionError where a promise is broken.
"""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
import torch

from ksyn.data import Problem, Step
from ksyn.encoding import Encoding, combine, one_image
from ksyn.fourier import kspace_to_image
from ksyn.methods.protocol import Method
from ksyn.options import options_of

Check = Callable[[Method, Problem], None]
FEW = 3
SLOWEST = 1.0
"""Processor time a step may take on a small problem [s]."""


def numbered(method: Method, problem: Problem) -> None:
    """At least one step, numbered from 0, of a total that is right."""
    steps = list(stream(method, problem))
    assert steps
    assert [step.index for step in steps] == list(range(len(steps)))
    assert {step.total for step in steps} == {len(steps)}


def repeatable(method: Method, problem: Problem) -> None:
    """The same seed gives the same steps, and the global generator takes no part."""
    for first, second in zip(stream(method, problem), stream(method, problem), strict=True):
        torch.rand(1)
        assert torch.equal(first.image, second.image)
        assert torch.equal(first.kspace, second.kspace)
        assert dict(first.scalars) == dict(second.scalars)
    torch.rand(1)  # Or a method that seeds it could come to the same state.
    before = torch.get_rng_state()
    deque(stream(method, problem), maxlen=0)
    assert torch.equal(torch.get_rng_state(), before)


def never_written_again(method: Method, problem: Problem) -> None:
    """A step that was handed over keeps its values."""
    kept = [
        (step, step.image.clone(), step.kspace.clone(), dict(step.scalars))
        for step in stream(method, problem)
    ]
    for step, image, kspace, scalars in kept:
        assert torch.equal(step.image, image)
        assert torch.equal(step.kspace, kspace)
        assert dict(step.scalars) == scalars


def grad_mode_left_alone(method: Method, problem: Problem) -> None:
    """The caller's grad mode is its own between steps, whichever thread asks for them."""
    for enabled in (True, False):
        with torch.set_grad_enabled(enabled):
            for step in stream(method, problem):
                assert torch.is_grad_enabled() is enabled
                assert not step.image.requires_grad
    steps = stream(method, problem)
    assert [in_a_thread(lambda: grad_mode_after(steps)) for _ in range(2)] == [True] * 2
    deque(steps, maxlen=0)
    assert torch.is_grad_enabled()


def problem_unchanged(method: Method, problem: Problem) -> None:
    """What was measured is not written to."""
    tensors = (problem.kspace.samples, problem.mask.samples, problem.sens_maps.maps)
    before = [tensor.clone() for tensor in tensors]
    list(stream(method, problem))
    assert all(torch.equal(a, b) for a, b in zip(before, tensors, strict=True))


def closing_stops_and_frees(method: Method, problem: Problem) -> None:
    """Closed after its first step, a stream ends, and nothing of it stays."""
    threads = threading.active_count()
    steps = stream(method, problem)
    step = next(steps)
    references = [weakref.ref(step.image), weakref.ref(step.kspace)]
    steps.close()
    assert next(steps, None) is None
    del step, steps
    gc.collect()
    assert [reference() for reference in references] == [None, None]
    assert threading.active_count() == threads
    counts = [tensors_after(lambda: next(stream(method, problem))) for _ in range(2)]
    assert counts[1] <= counts[0]


def fits_the_problem(method: Method, problem: Problem) -> None:
    """Shapes, device and dtype are the problem's; image and data residual are the k-space's."""
    n_frames, _, y, x = problem.kspace.samples.shape
    encoding, measured = Encoding(problem), problem.kspace.samples
    for step in stream(method, problem):
        assert step.image.shape == (n_frames, y, x)
        assert step.kspace.shape == problem.kspace.samples.shape
        for tensor in (step.image, step.kspace):
            assert tensor.device == problem.device
            assert tensor.dtype == torch.complex64
            assert bool(torch.isfinite(tensor.abs()).all())
        residual = encoding.residual(step.kspace, measured)
        assert step.scalars.get("data_residual", -1) == pytest.approx(float(residual), abs=1e-5)
    shown = one_image(combine(kspace_to_image(step.kspace), problem.sens_maps.maps))
    torch.testing.assert_close(step.image, shown, rtol=0, atol=1e-4)


def answers_soon(method: Method, problem: Problem) -> None:
    """No step takes longer than the slowest that is allowed, nor does the end."""
    times = [time.thread_time() for _ in stream(method, problem)]
    times.append(time.thread_time())
    assert all(after - before < SLOWEST for before, after in pairwise(times))


def automatic_values_are_what_it_uses(method: Method, problem: Problem) -> None:
    """Every option that may be automatic says which value that is, and it is the one used."""
    offered = {info.name for info in options_of(type(method)) if info.default is None}
    values = method.automatic(problem)
    assert set(values) == offered
    if not values:
        return
    written = type(method).of(method.model_dump() | values)  # refuses what is out of range
    for automatic, given in zip(stream(method, problem), stream(written, problem), strict=True):
        assert torch.equal(automatic.image, given.image)


CHECKS: list[Check] = [
    numbered,
    repeatable,
    never_written_again,
    grad_mode_left_alone,
    problem_unchanged,
    closing_stops_and_frees,
    fits_the_problem,
    answers_soon,
    automatic_values_are_what_it_uses,
]


def stream(method: Method, problem: Problem) -> Iterator[Step]:
    return method.stream(problem, torch.Generator(problem.device).manual_seed(7))


def grad_mode_after(steps: Iterator[Step]) -> bool:
    next(steps, None)
    return torch.is_grad_enabled()


def tensors_after(work: Callable[[], Any]) -> int:
    """Return how many tensors there are when some work is done and forgotten."""
    work()
    gc.collect()
    return sum(type(thing) is torch.Tensor for thing in gc.get_objects())


def in_a_thread(work: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]
