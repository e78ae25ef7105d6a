"""What every method promises, checked over all of them."""

from __future__ import annotations

import pytest
import torch
from promises import CHECKS, FEW, fits_the_problem, stream
from torch.utils._python_dispatch import TorchDispatchMode

from ksyn.data import KSpace, Mask, Problem, SensMaps
from ksyn.methods import METHODS
from ksyn.methods.protocol import Method
from ksyn.options import options_of

LENGTHS = {"iterations", "steps", "n_steps"}
"""Names of options that say how many steps there are."""


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
