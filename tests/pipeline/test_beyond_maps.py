"""What an image shows where the coil maps are 0."""

from dataclasses import replace

import pytest
import torch

from ksyn.data import KSpace, Mask, Problem, SensMaps, Step
from ksyn.encoding import Encoding, combine
from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.methods import METHODS
from ksyn.noise import complex_noise
from ksyn.phantoms import coil_maps, head_kspace
from ksyn.pipeline import prepare, stream
from ksyn.pipeline.beyond_maps import with_beyond

MATRIX = (40, 36)


def columns(every):
    samples = torch.zeros(1, 1, *MATRIX, dtype=torch.bool)
    samples[..., ::every] = True
    samples[..., 12:24] = True
    return Mask(samples)


def root_sum_of_squares(kspace):
    return kspace_to_image(kspace).abs().square().sum(dim=1).sqrt()


@pytest.fixture
def half_seen():
    """A head of which the maps reach the upper half only."""
    samples = head_kspace(MATRIX, 4, noise=0.01).samples
    maps = coil_maps(4, MATRIX).maps.clone()
    maps[..., MATRIX[0] // 2 :, :] = 0
    return samples, SensMaps(maps)


def problem_of(samples, maps, mask):
    return Problem(mask.apply(KSpace(samples)), mask, maps)


def step_of(kspace, maps):
    image = combine(kspace_to_image(kspace), maps.maps)[:, 0]
    return Step(image, kspace, 0, 1, {"data_residual": 0.0})


def test_where_maps_reach_the_image_is_the_method_s(half_seen):
    samples, maps = half_seen
    step = step_of(samples, maps)
    whole = with_beyond(step, problem_of(samples, maps, columns(3)))
    upper = slice(None), slice(MATRIX[0] // 2)
    assert torch.equal(whole[upper], step.image[upper])


def test_beyond_the_maps_a_fully_sampled_scan_is_its_root_sum_of_squares(half_seen):
    """Whatever a method says of its k-space: all of it is measured."""
    samples, maps = half_seen
    nonsense = complex_noise(tuple(samples.shape), torch.Generator().manual_seed(1))
    whole = with_beyond(step_of(nonsense, maps), problem_of(samples, maps, columns(1)))
    lower = slice(None), slice(MATRIX[0] // 2, None)
    expected = root_sum_of_squares(samples)[lower]
    torch.testing.assert_close(whole[lower].real, expected)
    assert not whole[lower].imag.any()


def test_what_was_not_measured_is_the_method_s(half_seen):
    samples, maps = half_seen
    mask = columns(3)
    guess = image_to_kspace(torch.ones(1, 4, *MATRIX, dtype=torch.complex64))
    whole = with_beyond(step_of(guess, maps), problem_of(samples, maps, mask))
    mixed = torch.where(mask.samples, samples, guess)
    lower = slice(None), slice(MATRIX[0] // 2, None)
    torch.testing.assert_close(whole[lower].real, root_sum_of_squares(mixed)[lower])


def test_maps_that_reach_everywhere_leave_nothing_to_add(half_seen):
    samples, _ = half_seen
    maps = coil_maps(4, MATRIX)
    step = step_of(samples, maps)
    assert with_beyond(step, problem_of(samples, maps, columns(3))) is step.image


def test_an_object_that_no_map_reaches_is_not_hidden():
    """A spot in the air beyond the maps, as a scan's own centre may miss it, stays in sight."""
    kspace = head_kspace((64, 64), 6, noise=0.002)
    spot = torch.zeros(1, 6, 64, 64, dtype=torch.complex64)
    spot[..., 2:4, 2:4] = 0.3
    mask = Mask(torch.ones(1, 1, 64, 64, dtype=torch.bool))
    prepared = prepare(KSpace(kspace.samples + image_to_kspace(spot)), mask)
    maps = prepared.problem.sens_maps.maps.clone()
    maps[..., :6, :6] = 0
    prepared = replace(prepared, problem=replace(prepared.problem, sens_maps=SensMaps(maps)))
    (step,) = stream(prepared, METHODS.get("zero-filled")())
    image = prepared.image_of(step).abs()[0]
    assert image[2:4, 2:4].min() > 0.3
    assert step.image[0, 2:4, 2:4].abs().max() == 0


def test_the_encoding_knows_nothing_of_it(half_seen):
    """Methods solve with the maps as they are: beyond them an image stays 0."""
    samples, maps = half_seen
    problem = problem_of(samples, maps, columns(3))
    adjoint = Encoding(problem).adjoint(problem.kspace.samples)
    assert not adjoint[..., MATRIX[0] // 2 :, :].any()
