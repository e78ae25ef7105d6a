"""What is predicted of a sample is least squares of the others, and what is left is counted."""

import pytest
import torch
from windows import windows_of

from ksyn.lowrank import correlate, hankel_gram
from ksyn.noise import complex_noise
from ksyn.prediction import energy_left, prediction_error_filters, ridge


def middles_of(n_coils, kernel):
    return torch.arange(n_coils) * kernel**2 + kernel // 2 * (kernel + 1)


def filters_of(calibration, kernel):
    """Return the filters I − G of a centre whose windows all count the same."""
    gram = ridge(hankel_gram(calibration, (kernel, kernel)), 1e-8)
    filters = prediction_error_filters(gram, middles_of(len(calibration), kernel))
    return filters.to(torch.complex64)


def test_ridge_is_measured_by_the_mean_of_the_diagonal():
    gram = torch.diag(torch.tensor([1.0, 3.0])).to(torch.complex128)
    assert ridge(gram, 0.5).diagonal().real.tolist() == [2, 4]


@pytest.mark.parametrize("kernel", [3, 4])
def test_prediction_errors_are_those_of_least_squares_of_all_others(kernel, rng):
    calibration = complex_noise((2, 20, 19), rng)
    filters, a = filters_of(calibration, kernel), windows_of(calibration, (kernel, kernel))
    for coil, own in enumerate(middles_of(2, kernel).tolist()):
        others = [column for column in range(a.shape[1]) if column != own]
        expected = torch.linalg.lstsq(a[:, others], a[:, [own]]).solution[:, 0]
        assert complex(filters[coil, own]) == pytest.approx(1)
        found = -filters[coil, others].to(torch.complex128)
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("matrix", [(24, 21), (25, 24)])
def test_nothing_is_left_of_coils_that_are_shifted_copies(matrix, rng):
    kspace = complex_noise(matrix, rng)
    copies = torch.stack([torch.roll(kspace, shift, -1) for shift in range(3)])
    rest = correlate(filters_of(copies, 3).reshape(3, 3, 3, 3), copies)
    assert float(rest.abs().max()) < 1e-3


def test_the_energy_left_is_that_of_all_filtered_windows(rng):
    a, filters = complex_noise((40, 9), rng), complex_noise((2, 9), rng)
    expected = (a @ filters.mT).abs().square().sum()
    torch.testing.assert_close(energy_left(a.mH @ a, filters), expected)


def test_prediction_leaves_one_over_the_diagonal_of_the_inverse(rng):
    a, middles = complex_noise((40, 9), rng).to(torch.complex128), torch.tensor([4, 7])
    gram = a.mH @ a
    left = energy_left(gram, prediction_error_filters(gram, middles))
    torch.testing.assert_close(left, (1 / torch.linalg.inv(gram)[middles, middles].real).sum())
