"""Weights of a pattern are least squares of its measured neighbours."""

import pytest
import torch
from windows import windows_of

from ksyn.noise import complex_noise
from ksyn.pattern_weights import explained_share, fit, grappa_weights

TAPS = torch.tensor([[0, 2, 5], [1, 7, 3]])
REAL = torch.tensor([[True] * 3, [True] * 2 + [False]])
SOURCES = [[0, 2, 5], [1, 7]]
MIDDLES = [4, 13]


@pytest.fixture
def a(rng):
    """Windows of 3 × 3 of two coils."""
    return windows_of(complex_noise((2, 20, 18), rng), (3, 3))


def columns_of(sources):
    return [coil * 9 + tap for tap in sources for coil in range(2)]


def test_grappa_weights_are_least_squares_of_the_measured_neighbours(a):
    weights = grappa_weights(a.mH @ a, TAPS, REAL, n_coils=2)
    for row, sources in enumerate(SOURCES):
        columns = columns_of(sources)
        expected = torch.linalg.lstsq(a[:, columns], a[:, MIDDLES]).solution
        torch.testing.assert_close(weights[row, : len(columns)], expected)
    assert float(weights[1, 4:].abs().max()) == 0


def test_what_weights_explain_is_the_energy_that_they_predict(a):
    weights = grappa_weights(a.mH @ a, TAPS, REAL, n_coils=2)
    found = explained_share(a.mH @ a, TAPS, weights)
    for row, sources in enumerate(SOURCES):
        columns = columns_of(sources)
        predicted = a[:, columns] @ weights[row, : len(columns)]
        share = predicted.norm().square() / a[:, MIDDLES].norm().square()
        torch.testing.assert_close(found[row], share)


def test_a_prediction_is_compared_with_what_other_windows_hold(a, rng):
    other = windows_of(complex_noise((2, 9, 14), rng), (3, 3))
    weights = grappa_weights(a.mH @ a, TAPS, REAL, n_coils=2)
    alike, energy = fit(weights, other.mH @ other, TAPS, REAL)
    for row, sources in enumerate(SOURCES):
        columns = columns_of(sources)
        predicted = other[:, columns] @ weights[row, : len(columns)]
        product = (predicted.conj() * other[:, MIDDLES]).real.sum()
        torch.testing.assert_close(alike[row], product)
        torch.testing.assert_close(energy[row], predicted.norm().square())
