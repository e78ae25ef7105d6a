"""Several samples: their order, their mean and deviation, one by one or together."""

import pytest
import torch
from draws import Draws, DrawsMany

from ksyn.data import KSpace, Mask, Step
from ksyn.encoding import Encoding
from ksyn.phantoms import head_kspace
from ksyn.pipeline import Average, Sample, prepare, stream
from ksyn.pipeline.samples import Moments


@pytest.fixture(scope="module", params=[1, 2], ids=["still", "series"])
def prepared(request):
    samples = head_kspace((24, 22), 3, noise=0.001).samples
    kspace = KSpace(torch.cat([samples, 0.5 * samples])[: request.param])
    return prepare(kspace, Mask(torch.ones(1, 1, 24, 22, dtype=torch.bool)))


def samples_in(steps):
    return [step for step in steps if isinstance(step, Sample)]


@pytest.mark.parametrize("method", [Draws(), DrawsMany()], ids=["one by one", "together"])
@pytest.mark.parametrize("n", [2, 5])
def test_steps_are_numbered_through_and_end_with_the_average_of_all(prepared, method, n):
    steps = list(stream(prepared, method, samples=n, together=2))
    assert [step.index for step in steps] == list(range(len(steps)))
    assert {step.total for step in steps} == {len(steps)}
    assert [step.samples for step in steps if isinstance(step, Average)] == list(range(1, n + 1))
    assert isinstance(steps[-1], Average)


@pytest.mark.parametrize("method", [Draws(), DrawsMany()], ids=["one by one", "together"])
def test_every_sample_is_the_single_run_of_its_seed(prepared, method):
    samples = samples_in(stream(prepared, method, seed=5, samples=3, together=2))
    assert [sample.seed for sample in samples] == [5, 6, 7]
    for sample in samples:
        *_, single = stream(prepared, method, seed=sample.seed)
        assert torch.equal(sample.image, single.image)
        assert torch.equal(sample.kspace, single.kspace)


@pytest.mark.parametrize("together", [1, 2, 4])
def test_mean_and_deviation_are_those_of_the_samples(prepared, together):
    steps = list(stream(prepared, DrawsMany(), samples=4, together=together))
    images = torch.stack([sample.image for sample in samples_in(steps)])
    torch.testing.assert_close(steps[-1].image, images.mean(0), rtol=1e-4, atol=1e-6)
    expected = (images - images.mean(0)).abs().square().sum(0).div(3).sqrt()
    torch.testing.assert_close(steps[-1].deviation, expected, rtol=1e-4, atol=1e-6)


def test_samples_drawn_together_stream_their_mean_and_deviation(prepared):
    steps = list(stream(prepared, DrawsMany(), samples=4, together=4))
    on_the_way = [step for step in steps if type(step) is Step]
    assert len(on_the_way) == 2
    assert all(float(step.deviation.mean()) > 0 for step in on_the_way)
    assert all(step.image.shape == steps[-1].image.shape for step in on_the_way)
    own = [Encoding(prepared.problem).residual(s.kspace, prepared.problem.kspace.samples)
           for s in on_the_way]  # fmt: skip
    assert [step.scalars["data_residual"] for step in on_the_way] == pytest.approx(own)


def test_one_sample_has_no_deviation(prepared):
    first = next(s for s in stream(prepared, Draws(), samples=2) if isinstance(s, Average))
    assert first.deviation is None
    assert all(step.deviation is None for step in stream(prepared, Draws()))


def test_the_memory_of_the_moments_does_not_grow_with_the_samples(prepared):
    *_, step = stream(prepared, Draws())
    few = many = Moments.of(step)
    for _ in range(50):
        many = many.and_(step)
    sizes = [[value.numel() for value in vars(m).values() if hasattr(value, "numel")]
             for m in (few, many)]  # fmt: skip
    assert sizes[0] == sizes[1]
    assert float(many.deviation.max()) < 1e-5
