"""Whitened coils have independent noise of level 1."""

import pytest
import torch

from ksyn.coils.whitening import noise_covariance, whiten
from ksyn.data import KSpace
from ksyn.errors import ShapeError
from ksyn.noise import complex_noise


@pytest.fixture
def noisy(rng):
    """Return correlated noise of 4 coils as k-space, and its covariance."""
    mixing = complex_noise((4, 4), rng)
    samples = torch.einsum("ij,fjyx->fiyx", mixing, complex_noise((1, 4, 90, 91), rng))
    return KSpace(samples), mixing @ mixing.mH


def test_whitened_noise_is_independent_and_of_level_1(noisy):
    kspace, covariance = noisy
    white = whiten(kspace, covariance).samples.movedim(1, 0).flatten(1)
    torch.testing.assert_close(
        noise_covariance(white), torch.eye(4, dtype=torch.complex64), rtol=0, atol=0.06
    )


def test_covariance_of_a_noise_scan_is_the_true_one(noisy):
    kspace, covariance = noisy
    found = noise_covariance(kspace.samples.movedim(1, 0).flatten(1))
    assert float((found - covariance).abs().max() / covariance.abs().max()) < 0.05


def test_covariance_measured_and_used_whitens_exactly(noisy):
    kspace, _ = noisy
    flat = kspace.samples.movedim(1, 0).flatten(1)
    white = whiten(kspace, noise_covariance(flat)).samples.movedim(1, 0).flatten(1)
    torch.testing.assert_close(
        noise_covariance(white), torch.eye(4, dtype=torch.complex64), rtol=0, atol=1e-3
    )


def test_unit_covariance_changes_nothing(noisy):
    kspace, _ = noisy
    unit = torch.eye(4, dtype=torch.complex64)
    torch.testing.assert_close(whiten(kspace, unit).samples, kspace.samples)


def test_covariance_of_other_coils_is_said(noisy):
    with pytest.raises(ShapeError, match=r"\(3, 3\).*4 coil"):
        whiten(noisy[0], torch.eye(3, dtype=torch.complex64))


def test_a_dead_coil_is_said(noisy):
    dead = torch.diag(torch.tensor([1, 1, 0, 1], dtype=torch.complex64))
    with pytest.raises(ShapeError, match="not positive definite"):
        whiten(noisy[0], dead)
