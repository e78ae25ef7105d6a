"""Completing k-space keeps what was measured and solves for the rest."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from ksyn.completion import Prior, Unknowns, complete, completed_step, fit
from ksyn.data import KSpace, Mask, Problem, SensMaps
from ksyn.encoding import energy
from ksyn.fourier import decentre, image_to_kspace, kspace_to_image
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


def prior_of(matrix, rng, strength=0.3):
    return Prior(strength * torch.rand(matrix, generator=rng), curvature=2.0)


def slope_of(gram, kspace, prior):
    """Return the gradient of ‖C z‖² and the prior, in k-space."""
    return image_to_kspace(apply_gram(gram, kspace_to_image(kspace))) + prior.weights * kspace


@pytest.mark.parametrize("matrix", MATRICES)
def test_the_images_of_unknowns_and_their_adjoint_are_adjoint(matrix, rng):
    free = torch.rand(2, 1, *matrix, generator=rng)
    unknown = Unknowns(prior_of(matrix, rng), torch.zeros_like(free), free)
    u, z = (complex_noise((2, 3, *matrix), rng) for _ in range(2))
    assert inner(unknown.images(u), z) == pytest.approx(inner(u, unknown.adjoint(z)), rel=1e-4)


@pytest.mark.parametrize("whole_columns", [True, False])
@pytest.mark.parametrize("matrix", MATRICES)
def test_complete_keeps_measured_samples_and_leaves_no_gradient_at_missing_ones(
    matrix, whole_columns, rng
):
    problem, gram = problem_of(matrix, rng, whole_columns)
    rule, prior = decentre(gram), prior_of(matrix, rng)
    *_, kspace = complete(problem, lambda z: apply_gram(rule, z), prior, 150)
    assert torch.equal(kspace * problem.mask.samples, problem.kspace.samples)
    slope = slope_of(gram, kspace, prior)
    assert float((slope * ~problem.mask.samples).abs().max()) < 1e-3 * float(slope.abs().max())


def test_what_is_to_be_annihilated_falls_with_every_iteration(rng):
    problem, gram = problem_of((12, 10), rng)
    rule, prior = decentre(gram), prior_of((12, 10), rng, strength=0)
    iterates = complete(problem, lambda z: apply_gram(rule, z), prior, 10)
    energies = [annihilation(gram, kspace_to_image(kspace)) for kspace in iterates]
    assert energies[-1] < 0.9 * energies[0]
    assert all(later <= earlier * (1 + 1e-5) for earlier, later in pairwise(energies))


def test_a_strong_prior_leaves_missing_samples_empty(rng):
    problem, gram = problem_of((12, 10), rng)
    rule, prior = decentre(gram), prior_of((12, 10), rng, strength=1e5)
    *_, kspace = complete(problem, lambda z: apply_gram(rule, z), prior, 20)
    assert float(energy(kspace - problem.kspace.samples)) < 1e-3 * float(energy(kspace))


def test_the_curvature_changes_the_speed_and_not_the_end(rng):
    problem, gram = problem_of((12, 10), rng)
    rule, weights = decentre(gram), torch.rand(12, 10, generator=rng)
    ends = [
        list(complete(problem, lambda z: apply_gram(rule, z), Prior(weights, curvature), 200))[-1]
        for curvature in (0.3, 3.0)
    ]
    torch.testing.assert_close(*ends, rtol=0, atol=1e-3)


@pytest.mark.parametrize("matrix", MATRICES)
def test_fit_solves_its_normal_equation(matrix, rng):
    problem, gram = problem_of(matrix, rng)
    rule, prior = decentre(gram), prior_of(matrix, rng)
    *_, kspace = fit(problem, lambda z: apply_gram(rule, z), prior, 150)
    measured = problem.mask.samples
    held = replace(prior, weights=prior.weights * ~measured[0, 0])
    found = measured * kspace + slope_of(gram, kspace, held)
    torch.testing.assert_close(found, problem.kspace.samples, rtol=0, atol=1e-3)


def test_where_no_rule_speaks_the_prior_leaves_what_was_measured_as_it_is(rng):
    problem, _ = problem_of((11, 9), rng)
    strong = Prior(torch.full((11, 9), 5.0), curvature=1.0)
    *_, fitted = fit(problem, torch.zeros_like, strong, 5)
    torch.testing.assert_close(fitted, problem.kspace.samples)


def test_kept_samples_are_the_measured_ones_to_the_bit(rng):
    problem, gram = problem_of((11, 9), rng)
    rule, prior = decentre(gram), prior_of((11, 9), rng)
    *_, kspace = complete(problem, lambda z: apply_gram(rule, z), prior, 3)
    assert torch.equal(kspace * problem.mask.samples, problem.kspace.samples)


def test_a_step_combines_the_coils_of_its_kspace_and_measures_how_it_fits(rng):
    problem, _ = problem_of((11, 9), rng)
    step = completed_step(problem, 1.1 * problem.kspace.samples, 3, 5, level=2.0)
    combined = (problem.sens_maps.maps.conj() * kspace_to_image(step.kspace)).sum(dim=1)
    torch.testing.assert_close(step.image, combined, rtol=0, atol=1e-4)
    assert step.scalars == {"data_residual": pytest.approx(0.1, rel=1e-3), "level": 2.0}
    assert (step.index, step.total) == (3, 5)
