"""Gaps are filled exactly where coils tell of them, and left where they tell nothing."""

from dataclasses import replace
from math import inf

import pytest
import torch

from ksyn.data import KSpace, Mask, Problem, SensMaps
from ksyn.filling import Centre, above_noise, carries_over, explains, fill
from ksyn.lowrank import hankel_gram
from ksyn.neighbourhoods import groups
from ksyn.noise import complex_noise
from ksyn.phantoms import head_kspace
from ksyn.prediction import ridge

SIZES = [(24, 21), (25, 24)]
TAPS, REAL = torch.tensor([[0, 1, 3, 4]]), torch.ones(1, 4, dtype=torch.bool)


def shifted_copies(matrix, rng, n_coils=3):
    """Return k-space of coils that are plane waves: each is another, one sample further."""
    kspace = complex_noise(matrix, rng)
    return torch.stack([torch.roll(kspace, shift, -1) for shift in range(n_coils)])[None]


def every_third(matrix):
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    mask[..., ::3] = True
    return Mask(mask)


def centre_of(first, second, snr=inf, matrix=(1, 1)):
    """Return what two halves of a centre say, as boldly as can be."""
    halves = hankel_gram(first, (1, 5)), hankel_gram(second, (1, 5))
    learnt = ridge(halves[0], 1e-8), ridge(halves[1], 1e-8)
    return Centre(halves, learnt, torch.full(matrix, snr), caution=0.0)


def problem_of(samples, noise=0.0):
    """Return a problem of every third line, with 16 in the middle."""
    mask = every_third(samples.shape[-2:]).samples.clone()
    middle = samples.shape[-1] // 2
    mask[..., middle - 8 : middle + 8] = True
    maps = SensMaps(torch.ones(1, *samples.shape[1:], dtype=torch.complex64))
    return Problem(KSpace(samples * mask), Mask(mask), maps, noise)


@pytest.mark.parametrize("matrix", SIZES)
def test_gaps_are_filled_exactly_where_coils_are_shifted_copies(matrix, rng):
    full, mask = shifted_copies(matrix, rng), every_third(matrix)
    measured = full * mask.samples
    centre, kspace = centre_of(full[0], full[0], matrix=matrix), measured
    for group in groups(mask, (1, 5), 3):
        kspace = fill(kspace, measured, centre, group)
    torch.testing.assert_close(kspace, full, rtol=0, atol=1e-3)
    assert torch.equal(kspace * mask.samples, measured)


@pytest.mark.parametrize("n_coils", [1, 3])
def test_filling_leaves_its_input_alone(n_coils, rng):
    full, mask = shifted_copies((24, 21), rng, n_coils), every_third((24, 21))
    measured = full * mask.samples
    before = measured.clone()
    (group, *_) = groups(mask, (1, 5), n_coils)
    filled = fill(measured, measured, centre_of(full[0], full[0]), group)
    assert torch.equal(measured, before)
    assert not torch.equal(filled, measured)


def test_nothing_but_noise_is_not_filled_in(rng):
    full, mask = shifted_copies((24, 21), rng), every_third((24, 21))
    measured = full * mask.samples
    (group, *_) = groups(mask, (1, 5), 3)
    filled = fill(measured, measured, centre_of(full[0], full[0], snr=1e-6), group)
    torch.testing.assert_close(filled, measured, rtol=0, atol=1e-6)


def test_caution_leaves_a_gap_that_boldness_fills(rng):
    mask, noise = every_third((24, 30)), complex_noise((1, 3, 24, 30), rng)
    measured = noise * mask.samples
    (group, *_) = groups(mask, (1, 5), 3)
    bold = centre_of(*noise[0].split([15, 15], -1), matrix=(24, 30))
    filled, left = (
        (fill(measured, measured, centre, group) - measured).norm()
        for centre in (bold, replace(bold, caution=1.0))
    )
    assert float(left) < 0.05 * float(filled)


def test_the_more_a_pattern_explains_the_more_of_it_is_filled_in():
    shares = explains(torch.linspace(0, 1, 11))
    assert bool((shares.diff() > 0).all())
    assert (float(shares[0]), float(shares[-1])) == (0, 1)


def test_a_pattern_that_the_other_half_of_the_centre_does_not_bear_out_is_left_out(rng):
    rule, noise = shifted_copies((24, 30), rng)[0], complex_noise((3, 24, 30), rng)
    unknown, other = noise.split([15, 15], -1)
    assert float(carries_over(centre_of(rule, rule), TAPS, REAL, 3)) > 0.99
    assert float(carries_over(centre_of(unknown, other), TAPS, REAL, 3)) < 0.01


def test_a_prediction_counts_by_how_far_signal_is_above_the_noise_it_carries(rng):
    weights = complex_noise((1, 4, 2), rng).to(torch.complex128)
    snr = torch.tensor([[0.0, 1e-3, 1.0, 1e3, inf]])
    shares = above_noise(weights, snr)[0]
    assert bool((shares.diff() > 0).all())
    assert (float(shares[0]), float(shares[-1])) == (0, 1)
    assert float(above_noise(3 * weights, snr)[0, 2]) < float(shares[2])


@pytest.mark.parametrize("noise", [0.003, 0.01])
def test_many_coils_call_for_no_caution(noise):
    problem = problem_of(head_kspace((96, 92), 8, noise=noise).samples, noise)
    assert Centre.of(problem, (5, 5), 0.01).caution < 0.1


def test_one_coil_of_noise_calls_for_all_caution(rng):
    problem = problem_of(complex_noise((1, 1, 64, 60), rng))
    assert Centre.of(problem, (5, 5), 0.01).caution > 0.99
