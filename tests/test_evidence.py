"""How strong samples are by their distance, and how far the centre can be trusted."""

import pytest
import torch
from windows import windows_of

from ksyn.calibration import calibration_data, calibration_region
from ksyn.data import KSpace, Mask, Problem, SensMaps
from ksyn.evidence import (
    PASSED_ON,
    doubt,
    evidence_of,
    halves_of,
    prior_of,
    unexplained,
    unexplained_elsewhere,
)
from ksyn.fourier import image_to_kspace
from ksyn.lowrank import hankel_gram, soft_null_space
from ksyn.noise import complex_noise
from ksyn.phantoms import head_kspace
from ksyn.prediction import ridge
from ksyn.spectrum import sample_power, signal_power, signal_to_noise

MATRICES = [(48, 44), (47, 45)]


def falling(matrix, rng, n_coils=3, exponent=1.0):
    """Return k-space whose amplitude falls by a power of the distance."""
    y, x = ((torch.arange(n) - n // 2) * (min(matrix) / n) for n in matrix)
    amplitude = (1 + torch.hypot(y[:, None].expand(matrix), x[None].expand(matrix))) ** -exponent
    return amplitude, amplitude * complex_noise((1, n_coils, *matrix), rng)


def problem_of(samples, spacing=2, noise=0.0):
    matrix = samples.shape[-2:]
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    mask[..., matrix[1] // 2 % spacing :: spacing] = True
    mask[..., matrix[1] // 2 - 8 : matrix[1] // 2 + 8] = True
    maps = SensMaps(torch.ones(1, samples.shape[1], *matrix, dtype=torch.complex64))
    return Problem(KSpace(samples * mask), Mask(mask), maps, noise)


def head_of(n_coils, noise=0.003):
    kspace = head_kspace((96, 92), n_coils, noise=noise)
    return problem_of(kspace.samples, 3, noise)


@pytest.mark.parametrize("matrix", MATRICES)
def test_the_power_of_a_spectrum_that_falls_is_found_at_every_distance(matrix, rng):
    amplitude, samples = falling(matrix, rng, n_coils=8)
    found = signal_power(problem_of(samples)) / (2 * amplitude.square())
    away = amplitude < 1 / 6
    assert float(found[away].min()) > 0.7
    assert float(found[away].max()) < 1.4


def test_the_power_of_noise_is_taken_off(rng):
    amplitude, samples = falling((48, 44), rng, n_coils=8, exponent=2)
    sigma = 0.05
    problem = problem_of(samples + sigma * complex_noise(samples.shape, rng), noise=sigma)
    edge = amplitude < 1 / 400
    assert float(signal_power(problem)[edge].mean()) < 0.3 * 2 * sigma**2
    assert float(sample_power(problem)[edge].mean()) == pytest.approx(2 * sigma**2, rel=0.3)


def test_signal_is_told_from_noise_by_how_often_it_is_as_strong(rng):
    _, samples = falling((48, 44), rng)
    problem = problem_of(samples, noise=0.05)
    torch.testing.assert_close(signal_to_noise(problem), signal_power(problem) / (2 * 0.05**2))
    assert bool(signal_to_noise(problem_of(samples)).isinf().all())


def test_the_power_never_rises_outwards(rng):
    problem = problem_of(complex_noise((1, 2, 32, 32), rng), noise=0.3)
    power = signal_power(problem)[16, 16:]
    assert bool((power.diff() <= 0).all())


def test_windows_count_by_one_over_the_usual_amplitude(rng):
    _, samples = falling((48, 44), rng)
    problem = problem_of(samples)
    centre = calibration_data(problem.kspace, problem.mask)
    weights = sample_power(problem)[calibration_region(problem.mask)].rsqrt()
    evidence = evidence_of(problem, (3, 5))
    torch.testing.assert_close(
        evidence.gram, hankel_gram(centre, (3, 5), weights), rtol=1e-5, atol=1e-5
    )
    assert evidence.middles.tolist() == [7, 22, 37]


@pytest.mark.parametrize("kernel", [(3, 5), (5, 3), (2, 16)])
def test_the_halves_of_the_centre_together_are_all_of_it(kernel, rng):
    problem = problem_of(falling((47, 45), rng)[1])
    first, second = halves_of(problem, kernel)
    torch.testing.assert_close(first + second, evidence_of(problem, kernel).gram)
    assert not torch.allclose(first, second)


def test_a_centre_of_one_window_has_two_halves_all_the_same(rng):
    problem = problem_of(falling((47, 45), rng)[1])
    sides = [axis.stop - axis.start for axis in calibration_region(problem.mask)]
    first, second = halves_of(problem, (sides[0], sides[1]))
    assert torch.equal(first, second)


def test_weights_scale_the_rows_of_their_windows(rng):
    calibration, weights = complex_noise((2, 7, 6), rng), torch.rand(7, 6, generator=rng)
    a = windows_of(calibration, (3, 2)) * weights[1:6, 1:6].double().sqrt().flatten()[:, None]
    torch.testing.assert_close(hankel_gram(calibration, (3, 2), weights), a.mH @ a)


def test_what_filters_leave_is_measured_against_the_sample_itself(rng):
    _, samples = falling((48, 44), rng)
    evidence = evidence_of(problem_of(samples), (3, 3))
    own = torch.zeros(3, 27, dtype=torch.complex128)
    own[torch.arange(3), evidence.middles] = 1
    assert evidence.left_by(own) == pytest.approx(1)
    assert evidence.left_by(0.5 * own) == pytest.approx(0.25)


def test_noise_is_not_predicted_by_its_neighbours(rng):
    assert unexplained(problem_of(complex_noise((1, 1, 64, 60), rng))) > 0.9


def test_the_more_coils_the_less_is_unexplained():
    one, eight = unexplained(head_of(1)), unexplained(head_of(8))
    assert eight < 0.6 * one


@pytest.mark.parametrize("n_coils", [1, 4])
def test_doubt_is_the_square_of_the_larger_odds(n_coils):
    problem = head_of(n_coils)
    rim, elsewhere = unexplained(problem), unexplained_elsewhere(problem)
    odds = (rim / (1 - rim), 3 * elsewhere / (1 - elsewhere))
    assert 1 / doubt(problem) == pytest.approx(1 / max(odds) ** 2 + 1 / 16)


def test_doubt_has_an_end(rng):
    assert 10 < doubt(problem_of(complex_noise((1, 1, 64, 60), rng))) < 16


def test_noise_alone_is_unexplained_elsewhere_however_few_samples_there_are(rng):
    problem = problem_of(complex_noise((1, 3, 24, 22), rng))
    assert unexplained_elsewhere(problem) > 0.9
    assert unexplained(problem) < 0.9


def test_the_prior_is_stronger_where_samples_are_weaker(rng):
    problem = problem_of(falling((48, 44), rng, exponent=2)[1])
    weights = prior_of(problem, 0.1, 1.0).weights
    assert float(weights[24, 43]) > 1.2 * float(weights[24, 24])
    torch.testing.assert_close(prior_of(problem, 0.2, 1.0).weights, 2 * weights)


def test_the_prior_is_stronger_the_noisier_the_scan_is(rng):
    samples = falling((48, 44), rng, exponent=2)[1]
    quiet, noisy = (prior_of(problem_of(samples, noise=n), 0.0, 2.0).weights for n in (0.0, 0.01))
    assert float(quiet.abs().max()) == 0
    expected = PASSED_ON / 3 * 2.0 * 2 * 0.01**2 / signal_power(problem_of(samples, noise=0.01))
    torch.testing.assert_close(noisy, expected)


def test_the_soft_null_space_keeps_what_annihilates_and_drops_what_carries_signal(rng):
    plane_wave = torch.zeros(1, 1, 32, 32, dtype=torch.complex64)
    plane_wave[..., 10, 12] = 1
    centre = image_to_kspace(plane_wave)[0]
    gram = ridge(hankel_gram(centre, (3, 3)), 1e-9)
    lengths = soft_null_space(gram, 0.01).norm(dim=1).square().sort().values
    torch.testing.assert_close(lengths[1:], torch.ones(8).double(), rtol=0, atol=1e-4)
    assert float(lengths[0]) < 1e-4
