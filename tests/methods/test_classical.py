"""What the classical methods solve, they solve; and each is good for what it says."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from ksyn.data import KSpace, Mask, Problem
from ksyn.encoding import Encoding, energy
from ksyn.methods import METHODS
from ksyn.methods.l1_wavelet import L1Wavelet
from ksyn.methods.total_variation import gradient, gradient_adjoint, shrink
from ksyn.noise import complex_noise
from ksyn.phantoms import coil_maps
from ksyn.phantoms.scans import scan_of
from ksyn.phantoms.shepp_logan import shepp_logan
from ksyn.wavelet import Wavelet, soft_threshold

MATRIX = (64, 60)


def problem_of(spacing=3, noise=0.0, n_frames=1):
    """Return a scan of the Shepp-Logan head with its true maps, and the head."""
    image, maps = shepp_logan(MATRIX), coil_maps(4, MATRIX)
    kspace = scan_of(image, maps, noise).samples.repeat(n_frames, 1, 1, 1)
    mask = torch.zeros(1, 1, *MATRIX, dtype=torch.bool)
    mask[..., ::spacing] = True
    mask[..., 22:38] = True
    return Problem(Mask(mask).apply(KSpace(kspace)), Mask(mask), maps, noise), image


def images(method, problem, seed=0, **options):
    stream = METHODS.get(method).of(options).stream(problem, torch.Generator().manual_seed(seed))
    return [step.image for step in stream]


def last(method, problem, seed=0, **options):
    return images(method, problem, seed, **options)[-1]


def error(image, truth):
    return float((energy(image - truth) / energy(truth)).sqrt())


def gradient_of_data_term(problem, image):
    encoding = Encoding(problem)
    return encoding.normal(image[:, None]) - encoding.adjoint(problem.kspace.samples)


@pytest.mark.parametrize(
    ("method", "limit"), [("cg-sense", 1e-3), ("l1-wavelet", 1e-3), ("total-variation", 5e-3)]
)
def test_a_complete_scan_without_noise_is_given_back(method, limit):
    problem, truth = problem_of(spacing=1)
    assert error(last(method, problem, regularisation=0), truth[None]) < limit


@pytest.mark.parametrize("method", ["cg-sense", "l1-wavelet", "total-variation"])
def test_every_method_removes_aliasing(method):
    problem, truth = problem_of(noise=0.003)
    aliased = error(last("zero-filled", problem), truth[None])
    assert error(last(method, problem), truth[None]) < 0.5 * aliased


@pytest.mark.parametrize("method", ["cg-sense", "l1-wavelet", "total-variation"])
def test_frames_are_reconstructed_independently(method):
    problem, _ = problem_of(noise=0.01)
    other = KSpace(problem.kspace.samples.flip(-2) * 3)
    both = KSpace(torch.cat([problem.kspace.samples, other.samples]))
    options = {"iterations": 6}
    together = last(method, Problem(both, problem.mask, problem.sens_maps), **options)
    alone = last(method, Problem(other, problem.mask, problem.sens_maps), **options)
    torch.testing.assert_close(together[1:], alone, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("method", ["cg-sense", "total-variation"])
def test_what_needs_no_chance_does_not_depend_on_the_seed(method):
    problem, _ = problem_of(noise=0.01)
    assert torch.equal(
        last(method, problem, seed=1, iterations=3), last(method, problem, seed=2, iterations=3)
    )


def test_cg_sense_solves_its_normal_equation():
    problem, _ = problem_of(noise=0.01)
    image = last("cg-sense", problem, iterations=100, regularisation=0.05)
    gradient_norm = energy(gradient_of_data_term(problem, image) + 0.05 * image[:, None]).sqrt()
    assert float(gradient_norm) < 1e-4


def test_cg_sense_residual_falls_with_every_iteration():
    problem, _ = problem_of(noise=0.01)
    stream = METHODS.get("cg-sense")(iterations=20).stream(problem, torch.Generator())
    residuals = [step.scalars["data_residual"] for step in stream]
    assert all(later < earlier for earlier, later in pairwise(residuals))


def test_cg_sense_regularisation_darkens():
    problem, _ = problem_of(noise=0.01)
    images = [last("cg-sense", problem, regularisation=value) for value in (0, 0.1, 1)]
    assert all(float(energy(b)) < float(energy(a)) for a, b in pairwise(images))


@pytest.mark.parametrize(
    ("n_coils", "noise", "weight"),
    [(4, 0.01, 0.004), (4, 0.1, 0.09), (2, 0.1, 0.03), (1, 0.1, 0)],
)
def test_cg_sense_regularises_by_the_noise_as_far_as_coils_unfold(n_coils, noise, weight):
    maps = coil_maps(n_coils, MATRIX)
    mask = Mask(torch.ones(1, 1, *MATRIX, dtype=torch.bool))
    problem = Problem(scan_of(shepp_logan(MATRIX), maps), mask, maps, noise)
    found = METHODS.get("cg-sense").of({}).automatic(problem)["regularisation"]
    assert found == pytest.approx(weight)


def test_l1_wavelet_ends_at_the_minimum_of_what_it_minimises():
    problem, _ = problem_of(noise=0.01)
    weight, wavelet = 0.01, Wavelet("db2", 3)
    image = last(
        "l1-wavelet", problem, iterations=250, regularisation=weight, levels=3, shifts=False
    )
    # A minimum is a fixed point of the proximal gradient step.
    down = image[:, None] - gradient_of_data_term(problem, image)
    coefficients = wavelet.forward(down).map_details(lambda d: soft_threshold(d, weight))
    again = wavelet.inverse(coefficients, MATRIX)[:, 0]
    assert error(again, image) < 1e-4


def test_l1_wavelet_is_sparser_with_more_weight():
    problem, _ = problem_of(noise=0.01)

    def variation(weight):
        image = last("l1-wavelet", problem, regularisation=weight, iterations=50)
        return sum(float(d.abs().sum()) for d in Wavelet("db2", 3).forward(image).details)

    assert variation(0.05) < variation(0.01) < variation(0.001)


def test_l1_wavelet_shifts_come_from_the_seed():
    problem, _ = problem_of(noise=0.01)
    first, second = (last("l1-wavelet", problem, seed=s, iterations=30) for s in (1, 2))
    assert not torch.equal(first, second)
    assert error(first, second) < 0.05


def test_l1_wavelet_without_shifts_needs_no_seed():
    problem, _ = problem_of(noise=0.01)
    options = {"iterations": 5, "shifts": False}
    first, second = (last("l1-wavelet", problem, seed=s, **options) for s in (1, 2))
    assert torch.equal(first, second)


def test_l1_wavelet_shifts_improve_the_image():
    problem, truth = problem_of(noise=0.02)
    options = {"regularisation": 0.01, "levels": 3, "iterations": 60}
    fixed = last("l1-wavelet", problem, shifts=False, **options)
    assert error(last("l1-wavelet", problem, **options), truth[None]) < error(fixed, truth[None])


def test_l1_wavelet_stays_stable_for_maps_of_any_norm():
    problem, _ = problem_of()
    maps = type(problem.sens_maps)(problem.sens_maps.maps * 3)
    louder = Problem(problem.kspace, problem.mask, maps)
    torch.testing.assert_close(
        last("l1-wavelet", louder, regularisation=0.0) * 3,
        last("l1-wavelet", problem, regularisation=0.0),
        rtol=0,
        atol=1e-3,
    )


@pytest.mark.parametrize(("method", "least"), [("l1-wavelet", 5e-4), ("total-variation", 1e-3)])
def test_the_automatic_weight_follows_the_noise_down_to_a_least_one(method, least):
    problem, _ = problem_of()
    levels = (0.0, 0.01, 0.03)
    noisy = (Problem(problem.kspace, problem.mask, problem.sens_maps, level) for level in levels)
    weights = [METHODS.get(method)().automatic(one)["regularisation"] for one in noisy]
    assert weights == pytest.approx([least, 1.5e-3, 4.5e-3])


def test_l1_wavelet_begins_with_a_hundredfold_weight_and_ends_with_its_own():
    method = L1Wavelet(iterations=10, regularisation=0.01)
    weights = [method._weight(0.01, index) for index in range(10)]
    assert weights[0] == pytest.approx(1)
    assert weights[5:] == [0.01] * 5
    assert weights == sorted(weights, reverse=True)


def test_total_variation_recovers_a_piecewise_constant_head():
    problem, truth = problem_of(spacing=4)
    image = last("total-variation", problem, regularisation=0.0005, iterations=80)
    assert error(image, truth[None]) < 0.03
    assert error(image, truth[None]) < 0.5 * error(last("cg-sense", problem), truth[None])


def test_total_variation_ends_where_its_penalty_does_not_matter():
    problem, _ = problem_of(noise=0.02)
    options = {"regularisation": 0.01, "iterations": 80}
    ends = [last("total-variation", problem, penalty=rho, **options) for rho in (0.03, 0.3)]
    assert error(*ends) < 0.01
    assert error(last("cg-sense", problem), ends[0]) > 0.05


def test_total_variation_has_no_better_neighbour():
    problem, _ = problem_of(noise=0.02)
    image = last("total-variation", problem, regularisation=0.01, iterations=150)
    rng = torch.Generator().manual_seed(0)
    nudges = [1e-2 * complex_noise((1, *MATRIX), rng) for _ in range(5)] + [0.01 * image]
    least = objective(problem, image, 0.01)
    assert all(objective(problem, image + n, 0.01) > least for n in nudges)
    assert all(objective(problem, image - n, 0.01) > least for n in nudges)


def objective(problem, image, weight):
    rest = Encoding(problem).forward(image[:, None]) - problem.kspace.samples
    steps = gradient(image).abs().square().sum(dim=0).sqrt()
    return float(energy(rest) / 2 + weight * steps.sum())


@pytest.mark.parametrize("matrix", [(6, 8), (7, 5)])
def test_gradient_has_the_adjoint_it_claims(matrix, rng):
    image, field = complex_noise((3, *matrix), rng), complex_noise((2, 3, *matrix), rng)
    left = torch.vdot(gradient(image).flatten(), field.flatten())
    right = torch.vdot(image.flatten(), gradient_adjoint(field).flatten())
    torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-4)


def test_shrink_shortens_vectors_and_keeps_their_direction():
    field = torch.tensor([3 + 0j, 0.1j])[:, None], torch.tensor([4j, 0.1])[:, None]
    long, short = shrink(torch.stack(field), 1.0).unbind(dim=1)
    torch.testing.assert_close(long[:, 0], torch.tensor([2.4 + 0j, 3.2j]))
    assert float(short.abs().max()) == 0
