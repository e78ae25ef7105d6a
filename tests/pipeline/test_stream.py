"""A stream follows its seed, numbers its steps through, and closes what it opened."""

from collections.abc import Iterator
from typing import ClassVar

import pytest
import torch
from draws import Draws
from prepared_heads import columns, head, prepared_head

from ksyn.data import Problem, Step
from ksyn.encoding import Encoding
from ksyn.errors import DeviceError
from ksyn.methods.cg_sense import CgSense
from ksyn.methods.zero_filled import ZeroFilled
from ksyn.pipeline import Average, prepare, stream


class Greedy(ZeroFilled):
    """Ask for more memory than there is."""

    title: ClassVar[str] = "Greedy"

    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        yield from super().stream(problem, rng)
        raise torch.OutOfMemoryError("CUDA out of memory")


def test_the_seed_decides():
    prepared = prepared_head()
    first, again, other = ([s.image for s in stream(prepared, Draws(), n)][-1] for n in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_samples_take_one_seed_after_the_other_and_are_numbered_through():
    prepared = prepared_head()
    steps = list(stream(prepared, Draws(), seed=5, samples=3))
    singles = [list(stream(prepared, Draws(), seed=n))[-1].image for n in (5, 6, 7)]
    assert [step.index for step in steps] == list(range(12))
    assert {step.total for step in steps} == {12}
    assert all(torch.equal(steps[i].image, x) for i, x in zip((2, 6, 10), singles, strict=True))


def test_the_average_is_the_complex_mean_with_its_standard_deviation():
    prepared = prepared_head()
    *_, last = stream(prepared, Draws(), seed=5, samples=4)
    images = torch.stack([list(stream(prepared, Draws(), n))[-1].image for n in (5, 6, 7, 8)])
    assert isinstance(last, Average)
    torch.testing.assert_close(last.image, images.mean(0))
    expected = (images - images.mean(0)).abs().square().sum(0).div(3).sqrt()
    torch.testing.assert_close(last.deviation, expected, rtol=1e-4, atol=1e-6)


def test_the_residual_of_the_average_is_that_of_its_own_kspace():
    prepared = prepared_head()
    *_, last = stream(prepared, Draws(), samples=4)
    problem = prepared.problem
    expected = Encoding(problem).residual(last.kspace, problem.kspace.samples)
    assert last.scalars["data_residual"] == pytest.approx(expected)


def test_no_memory_left_is_an_error_with_a_way_out():
    with pytest.raises(DeviceError, match="no memory left for Greedy") as caught:
        list(stream(prepared_head(), Greedy()))
    assert "compress_to" in caught.value.hint


@pytest.mark.parametrize("samples", [1, 2])
def test_a_stream_makes_no_step_too_many_and_closes_the_method(samples):
    log: list[int | str] = []

    class Noted(Draws):
        def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
            try:
                for step in Draws.stream(self, problem, rng):
                    log.append(step.index)
                    yield step
            finally:
                log.append("closed")

    steps = stream(prepared_head(), Noted(), samples=samples)
    next(steps)
    assert log == [0]
    steps.close()
    assert log == [0, "closed"]
    assert next(steps, None) is None


def test_a_system_that_one_iteration_solves_stays_solved():
    # With a single coil the normal operator is a projection: every iteration after the first
    # would divide rounding errors by rounding errors.
    kspace = head(n_coils=1)
    prepared = prepare(kspace, columns(kspace.matrix))
    images = [step.image for step in stream(prepared, CgSense(iterations=30))]
    torch.testing.assert_close(images[-1], images[0], rtol=0, atol=1e-5)
