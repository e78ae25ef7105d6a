"""What every method promises, checked over all of them, and each check shown to fail.

A check takes a method and a problem and raises AssertionError where a promise is broken.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, ClassVar

import pytest
import torch
from jaxtyping import TypeCheckError
from torch.utils._python_dispatch import TorchDispatchMode

from ksyn.data import KSpace, Mask, Problem, SensMaps, Step
from ksyn.encoding import Encoding, combine, one_image
from ksyn.fourier import kspace_to_image
from ksyn.methods import METHODS
from ksyn.methods.protocol import Method
from ksyn.options import option, options_of

Check = Callable[[Method, Problem], None]
FEW = 3
LENGTHS = {"iterations", "steps", "n_steps"}
"""Names of options that say how many steps there are."""
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


def quick(method: type[Method]) -> Method:
    """Return the method with few iterations, or skip what cannot run here."""
    if reason := method.unavailable():
        pytest.skip(reason)
    counts = (info for info in options_of(method) if info.name in LENGTHS)
    return method.of({info.name: max(FEW, int(info.low or 0)) for info in counts})


def length_of(method: str) -> str | None:
    """Return the option that says how many steps there are."""
    names = (info.name for info in options_of(METHODS.get(method)))
    return next((name for name in names if name in LENGTHS), None)


def of_two_frames(problem: Problem) -> Problem:
    samples = problem.kspace.samples
    mask = torch.cat([problem.mask.samples, problem.mask.samples.roll(1, dims=-1)])
    kspace = KSpace(torch.cat([samples, samples * 0.5j]) * mask)
    return Problem(kspace, Mask(mask), problem.sens_maps, problem.noise_level)


def of_two_sets(problem: Problem) -> Problem:
    maps = problem.sens_maps.maps
    other = torch.roll(maps, 7, dims=-1)
    orthonormal = torch.linalg.qr(torch.cat([maps, other]).permute(2, 3, 1, 0)).Q
    return Problem(
        problem.kspace, problem.mask, SensMaps(orthonormal.permute(3, 2, 0, 1).contiguous())
    )


every_method = pytest.mark.parametrize("method", METHODS.names())
every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


@every_method
@every_check
def test_every_method_keeps_every_promise(check, method, small_problem):
    check(quick(METHODS.get(method)), small_problem)


@every_method
@pytest.mark.parametrize("variant", [of_two_frames, of_two_sets])
def test_every_method_fits_series_and_sets_of_maps(method, variant, small_problem):
    fits_the_problem(quick(METHODS.get(method)), variant(small_problem))


@every_method
def test_frames_that_share_a_mask_are_all_reconstructed(method, small_problem):
    cls = METHODS.get(method)
    if cls.family == "diffusion":
        pytest.skip("each frame has noise of its own")
    twice = small_problem.kspace.with_samples(small_problem.kspace.samples.repeat(2, 1, 1, 1))
    maps, noise = small_problem.sens_maps, small_problem.noise_level
    *_, last = stream(quick(cls), Problem(twice, small_problem.mask, maps, noise))
    torch.testing.assert_close(last.image[1], last.image[0], rtol=0, atol=1e-4)


@every_method
def test_every_method_fits_even_and_odd_sizes(method, tiny_problem):
    fits_the_problem(quick(METHODS.get(method)), tiny_problem)


class Counts(TorchDispatchMode):
    """Counts the operations on tensors."""

    operations = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        self.operations += 1
        return operation(*args, **(kwargs or {}))


@pytest.mark.parametrize("method", [name for name in METHODS.names() if length_of(name)])
def test_the_first_step_does_not_wait_for_the_others(method, small_problem):
    name = length_of(method)

    def operations_to_the_first(length: int) -> int:
        quick(METHODS.get(method))
        steps = stream(METHODS.get(method).of({name: length}), small_problem)
        with Counts() as counts:
            next(steps)
        steps.close()
        return counts.operations

    operations_to_the_first(3)  # What is made once and kept.
    assert operations_to_the_first(40) < 1.1 * operations_to_the_first(3)


@pytest.mark.parametrize(
    "method", [name for name in METHODS.names() if METHODS.get(name).family == "diffusion"]
)
def test_each_seed_of_a_diffusion_method_is_another_sample(method, small_problem):
    method = quick(METHODS.get(method))
    *_, seven = method.stream(small_problem, torch.Generator().manual_seed(7))
    *_, eight = method.stream(small_problem, torch.Generator().manual_seed(8))
    assert not torch.allclose(seven.image, eight.image, rtol=0, atol=1e-3)
    *_, both = method.stream_together(
        small_problem, [torch.Generator().manual_seed(seed) for seed in (7, 8)]
    )
    torch.testing.assert_close(
        both.image, torch.cat([seven.image, eight.image]), rtol=1e-3, atol=1e-4
    )


@pytest.mark.cuda
@every_method
@every_check
def test_every_method_keeps_every_promise_on_a_gpu(check, method, small_problem):
    check(quick(METHODS.get(method)), small_problem.to(torch.device("cuda", 0)))


@every_method
def test_every_method_says_what_it_is(method):
    cls = METHODS.get(method)
    assert cls.title
    assert cls.when.endswith(".")
    assert cls.family in ("classical", "learned", "diffusion")
    assert all(info.help for info in options_of(cls))


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
    monkeypatch.setattr(sys.modules[__name__], "SLOWEST", 0.2)
    assert broken_promises(method(), small_problem) == {promise.__name__}


def test_a_step_with_an_axis_missing_cannot_be_made(small_problem):
    with pytest.raises(TypeCheckError, match="image"):
        next(stream(DropsTheFrame(), small_problem))
