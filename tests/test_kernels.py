"""Interpolation kernels are least squares, and exact where the rule they learn is exact."""

import pytest
import torch

from ksyn.data import Mask, Problem
from ksyn.fourier import kspace_to_image
from ksyn.kernels import carries_over, fill, grappa_weights, spirit_rule
from ksyn.lowrank import annihilation, hankel_gram
from ksyn.neighbourhoods import groups
from ksyn.noise import complex_noise
from ksyn.phantoms import coil_maps, scan_of, shepp_logan
from ksyn.prediction import ridge

SIZES = [(24, 21), (25, 24)]


def windows_of(calibration, kernel):
    """Return one window a row: coil by coil, tap by tap."""
    windows = calibration.unfold(1, kernel[0], 1).unfold(2, kernel[1], 1)
    return windows.permute(1, 2, 0, 3, 4).flatten(0, 1).flatten(1)


def shifted_copies(matrix, rng, n_coils=3):
    """Return k-space of coils that are plane waves: each is another, one sample further."""
    kspace = complex_noise(matrix, rng)
    return torch.stack([torch.roll(kspace, shift, -1) for shift in range(n_coils)])[None]


def every_third(matrix):
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    mask[..., ::3] = True
    return Mask(mask)


def head_scan(matrix=(64, 60), n_coils=6):
    return scan_of(shepp_logan(matrix), coil_maps(n_coils, matrix))


def test_gram_of_windows_is_that_of_the_matrix_of_windows(rng):
    calibration = complex_noise((3, 12, 11), rng)
    a = windows_of(calibration, (2, 5)).to(torch.complex128)
    torch.testing.assert_close(hankel_gram(calibration, (2, 5)), a.mH @ a)


def test_grappa_weights_are_least_squares_of_the_measured_neighbours(rng):
    calibration = complex_noise((2, 20, 18), rng)
    a = windows_of(calibration, (3, 3)).to(torch.complex128)
    taps, real = (
        torch.tensor([[0, 2, 5], [1, 7, 3]]),
        torch.tensor([[True] * 3, [True] * 2 + [False]]),
    )
    weights = grappa_weights(a.mH @ a, taps, real, n_coils=2)
    for row, sources in enumerate([[0, 2, 5], [1, 7]]):
        columns = [coil * 9 + tap for tap in sources for coil in range(2)]
        expected = torch.linalg.lstsq(a[:, columns], a[:, [4, 13]]).solution
        torch.testing.assert_close(weights[row, : len(columns)], expected)
    assert float(weights[1, 4:].abs().max()) == 0


def halves_alike(calibration):
    half = ridge(hankel_gram(calibration, (1, 5)), 1e-8)
    return half, half


def test_a_pattern_that_the_other_half_of_the_centre_does_not_bear_out_is_left_out(rng):
    rule, noise = shifted_copies((24, 30), rng)[0], complex_noise((3, 24, 30), rng)
    taps, real = torch.tensor([[0, 1, 3, 4]]), torch.ones(1, 4, dtype=torch.bool)
    (known, _), (unknown, other) = (
        halves_alike(rule),
        (halves_alike(n)[0] for n in noise.split([15, 15], -1)),
    )
    assert carries_over((known, known), taps, real, 3).tolist() == [True]
    assert carries_over((unknown, other), taps, real, 3).tolist() == [False]


@pytest.mark.parametrize("matrix", SIZES)
def test_grappa_is_exact_where_coils_are_shifted_copies(matrix, rng):
    full, mask = shifted_copies(matrix, rng), every_third(matrix)
    measured = full * mask.samples
    halves, kspace = halves_alike(full[0]), measured
    for group in groups(mask, (1, 5), 3):
        kspace = fill(kspace, measured, halves, group)
    torch.testing.assert_close(kspace, full, rtol=0, atol=1e-3)
    assert torch.equal(kspace * mask.samples, measured)


@pytest.mark.parametrize("n_coils", [1, 3])
def test_filling_leaves_its_input_alone(n_coils, rng):
    full, mask = shifted_copies((24, 21), rng, n_coils), every_third((24, 21))
    measured = full * mask.samples
    before = measured.clone()
    (group, *_) = groups(mask, (1, 5), n_coils)
    filled = fill(measured, measured, halves_alike(full[0]), group)
    assert torch.equal(measured, before)
    assert not torch.equal(filled, measured)


def full_problem(scan):
    full = Mask(torch.ones(1, 1, *scan.matrix, dtype=torch.bool))
    return Problem(scan, full, coil_maps(scan.n_coils, scan.matrix))


def test_spirit_annihilates_a_full_scan_to_a_few_per_cent():
    scan = head_scan()
    images = kspace_to_image(scan.samples)
    gram, _ = spirit_rule(full_problem(scan), 5, 0.01)
    assert annihilation(gram, images) < 0.03**2 * float(images.abs().square().sum())
