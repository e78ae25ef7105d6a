"""Data consistency: each correction finds the minimum it promises."""

from functools import cache

import pytest
import torch

from ksyn.data import KSpace, Problem
from ksyn.diffusion.coil_space import project
from ksyn.diffusion.correction import correct_low_rank, correct_maps, correct_samples
from ksyn.encoding import coil_images, combine
from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.lowrank import annihilating_gram, annihilation, apply_gram
from ksyn.masks import MASKS
from ksyn.phantoms import coil_maps, head_kspace


def estimate(problem: Problem) -> torch.Tensor:
    """Return coil images of one object that are not the true ones."""
    rng = torch.Generator().manual_seed(0)
    images = torch.randn(problem.kspace.samples.shape, dtype=torch.complex64, generator=rng)
    return project(images, problem.sens_maps.maps)


@pytest.mark.parametrize("weight", [0.01, 1.0])
def test_samples_correction_is_the_minimum(tiny_problem, weight):
    h, mask = estimate(tiny_problem), tiny_problem.mask.samples
    z = image_to_kspace(correct_samples(tiny_problem)(h, weight))
    gradient = mask * z - tiny_problem.kspace.samples + 2 * weight * (z - image_to_kspace(h))
    torch.testing.assert_close(gradient, torch.zeros_like(gradient), rtol=0, atol=1e-4)


@pytest.mark.parametrize("weight", [0.05, 1.0])
def test_low_rank_correction_is_the_minimum(tiny_problem, weight):
    h = estimate(tiny_problem)
    z = correct_low_rank(tiny_problem, kernel=4, penalty=0.5, iterations=300)(h, weight)
    gram = annihilating_gram(tiny_problem.kspace, tiny_problem.mask, kernel=4)
    misfit = tiny_problem.mask.samples * image_to_kspace(z) - tiny_problem.kspace.samples
    gradient = kspace_to_image(misfit) + apply_gram(gram, z) + 2 * weight * (z - h)
    torch.testing.assert_close(gradient, torch.zeros_like(gradient), rtol=0, atol=1e-3)


@pytest.mark.parametrize("weight", [0.05, 1.0])
def test_maps_correction_is_the_minimum_in_the_coil_space(tiny_problem, weight):
    h, maps = estimate(tiny_problem), tiny_problem.sens_maps.maps
    z = correct_maps(tiny_problem, iterations=200)(h, weight)
    torch.testing.assert_close(project(z, maps), z, rtol=0, atol=1e-4)
    misfit = tiny_problem.mask.samples * image_to_kspace(z) - tiny_problem.kspace.samples
    gradient = combine(kspace_to_image(misfit) + 2 * weight * (z - h), maps)
    torch.testing.assert_close(gradient, torch.zeros_like(gradient), rtol=0, atol=1e-3)


@pytest.mark.parametrize("correct", [correct_samples, correct_low_rank, correct_maps])
def test_a_heavy_estimate_is_kept(tiny_problem, correct):
    h = estimate(tiny_problem)
    torch.testing.assert_close(correct(tiny_problem)(h, 1e6), h, rtol=0, atol=1e-4)


@pytest.mark.parametrize("correct", [correct_samples, correct_maps])
def test_the_noiseless_truth_stays(correct):
    image = torch.randn(1, 1, 21, 24, dtype=torch.complex64)
    maps, mask = (
        coil_maps(4, (21, 24)),
        MASKS.get("uniform")(acs_lines=6).draw((21, 24), torch.Generator()),
    )
    truth = coil_images(image, maps.maps)
    problem = Problem(mask.apply(KSpace(image_to_kspace(truth))), mask, maps)
    torch.testing.assert_close(correct(problem)(truth, 0.1), truth, rtol=0, atol=1e-4)


@pytest.mark.parametrize("correct", [correct_samples, correct_low_rank, correct_maps])
def test_equal_frames_are_corrected_alike(tiny_problem, correct):
    double = KSpace(tiny_problem.kspace.samples.repeat(2, 1, 1, 1))
    series = Problem(double, tiny_problem.mask, tiny_problem.sens_maps)
    h = estimate(tiny_problem)
    both = correct(series)(h.repeat(2, 1, 1, 1), 0.1)
    torch.testing.assert_close(both[0], both[1])
    torch.testing.assert_close(both[:1], correct(tiny_problem)(h, 0.1), rtol=1e-3, atol=1e-3)


@cache
def head_at_3() -> tuple[Problem, torch.Tensor]:
    """Return a head of 128 × 128 seen by 8 coils at an achieved acceleration of 2.9."""
    full = head_kspace((128, 128), 8, noise=0.002)
    mask = MASKS.get("uniform")(acceleration=4, acs_lines=16).draw((128, 128), torch.Generator())
    return Problem(mask.apply(full), mask, coil_maps(8, (128, 128)), 0.002), full.samples


def psnr(images: torch.Tensor, truth: torch.Tensor) -> float:
    a, b = (torch.linalg.vector_norm(x, dim=1) for x in (images, truth))
    return float(10 * torch.log10(b.max() ** 2 / (a - b).square().mean()))


def test_low_rank_alone_beats_zero_filling_by_2_db():
    problem, full = head_at_3()
    assert problem.mask.acceleration == pytest.approx(2.9, abs=0.2)
    zero_filled, truth = (kspace_to_image(k) for k in (problem.kspace.samples, full))
    z = correct_low_rank(problem, iterations=60)(zero_filled, 1e-3)
    assert psnr(z, truth) > psnr(zero_filled, truth) + 2


def test_filters_tell_a_head_from_its_zero_filled_image():
    problem, full = head_at_3()
    gram = annihilating_gram(problem.kspace, problem.mask)
    zero_filled, truth = (kspace_to_image(k) for k in (problem.kspace.samples, full))
    assert annihilation(gram, truth) < 0.5 * annihilation(gram, zero_filled)
