"""Completing k-space keeps what was measured and solves for the rest."""

from itertools import pairwise

import pytest
import torch

from ksyn.completion import Samples, complete, completed_step, fit, kept
from ksyn.data import KSpace, Mask, Problem, SensMaps
from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.lowrank import annihilation, apply_gram, gram_of
from ksyn.noise import complex_noise

MATRICES = [(12, 10), (11, 9)]


def inner(a, b):
    return float(torch.vdot(a.flatten(), b.flatten()).real)


def mask_of(matrix, rng, whole_columns):
    drawn = torch.rand(1, 1, 1 if whole_columns else matrix[0], matrix[1], generator=rng) < 0.6
    return drawn.expand(1, 1, *matrix)


def problem_of(matrix, rng, whole_columns=False):
    """Return random samples of 3 coils in 2 frames, and filters of full rank."""
    mask = Mask(mask_of(matrix, rng, whole_columns))
    kspace = mask.apply(KSpace(complex_noise((2, 3, *matrix), rng)))
    maps = SensMaps(complex_noise((1, 3, *matrix), rng))
    return Problem(kspace, mask, maps), gram_of(complex_noise((4, 3, 3, 3), rng), matrix)


@pytest.mark.parametrize("whole_columns", [True, False])
@pytest.mark.parametrize("matrix", MATRICES)
def test_samples_are_those_of_the_kspace(matrix, whole_columns, rng):
    mask = mask_of(matrix, rng, whole_columns)
    images = complex_noise((2, 3, *matrix), rng)
    expected = kspace_to_image(mask * image_to_kspace(images))
    torch.testing.assert_close(Samples(mask).of(images), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("whole_columns", [True, False])
@pytest.mark.parametrize("matrix", MATRICES)
def test_complete_keeps_measured_samples_and_leaves_no_gradient_at_missing_ones(
    matrix, whole_columns, rng
):
    problem, gram = problem_of(matrix, rng, whole_columns)
    *_, images = complete(problem, lambda z: apply_gram(gram, z), 150)
    kspace = image_to_kspace(images)
    torch.testing.assert_close(
        kspace * problem.mask.samples, problem.kspace.samples, rtol=0, atol=1e-4
    )
    slope = image_to_kspace(apply_gram(gram, images))
    assert float((slope * ~problem.mask.samples).abs().max()) < 1e-3 * float(slope.abs().max())


def test_what_is_to_be_annihilated_falls_with_every_iteration(rng):
    problem, gram = problem_of((12, 10), rng)
    iterates = complete(problem, lambda z: apply_gram(gram, z), 10)
    energies = [annihilation(gram, images) for images in iterates]
    assert energies[-1] < 0.9 * energies[0]
    assert all(later <= earlier * (1 + 1e-5) for earlier, later in pairwise(energies))


@pytest.mark.parametrize("matrix", MATRICES)
def test_fit_solves_its_normal_equation(matrix, rng):
    problem, gram = problem_of(matrix, rng)
    *_, images = fit(problem, lambda z: apply_gram(gram, z), 150)
    measured = kspace_to_image(problem.kspace.samples)
    found = Samples(problem.mask.samples).of(images) + apply_gram(gram, images)
    torch.testing.assert_close(found, measured, rtol=0, atol=1e-3)


def test_kept_samples_are_the_measured_ones_to_the_bit(rng):
    problem, _ = problem_of((11, 9), rng)
    kspace = kept(problem, complex_noise((2, 3, 11, 9), rng))
    assert torch.equal(kspace * problem.mask.samples, problem.kspace.samples)


def test_a_step_combines_the_coils_of_its_kspace_and_measures_how_it_fits(rng):
    problem, _ = problem_of((11, 9), rng)
    step = completed_step(problem, 1.1 * problem.kspace.samples, 3, 5, level=2.0)
    combined = (problem.sens_maps.maps.conj() * kspace_to_image(step.kspace)).sum(dim=1)
    torch.testing.assert_close(step.image, combined, rtol=0, atol=1e-4)
    assert step.scalars == {"data_residual": pytest.approx(0.1, rel=1e-3), "level": 2.0}
    assert (step.index, step.total) == (3, 5)
