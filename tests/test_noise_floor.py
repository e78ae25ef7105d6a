"""The noise level of a scan is found where its samples are not all noise."""

from __future__ import annotations

import pytest
import torch

from ksyn.data import KSpace, Mask
from ksyn.masks import MASKS
from ksyn.noise import complex_noise, noise_level
from ksyn.noise_floor import noise_floor
from ksyn.phantoms import coil_maps, head_image, scan_of


def scan(sigma: float, n_coils: int = 8, n: int = 96) -> KSpace:
    image = head_image((n, n), seed=2).to(torch.complex64)
    rng = torch.Generator().manual_seed(1)
    return scan_of(image, coil_maps(n_coils, (n, n), seed=3), sigma, rng)


def measured(kspace: KSpace, pattern: str = "uniform") -> tuple[KSpace, Mask]:
    values = {"acceleration": 3, "acs_lines": 24}
    mask = MASKS.get(pattern).of(values).draw(kspace.matrix, torch.Generator())
    return mask.apply(kspace), mask


@pytest.mark.parametrize("pattern", ["uniform", "random", "gaussian-1d", "poisson"])
@pytest.mark.parametrize("sigma", [0.003, 0.03])
def test_the_level_is_found_whatever_the_mask(pattern: str, sigma: float) -> None:
    assert noise_floor(*measured(scan(sigma), pattern)) == pytest.approx(sigma, rel=0.2)


@pytest.mark.parametrize("n_coils", [4, 8, 16, 32])
def test_the_level_is_found_with_few_and_with_many_coils(n_coils: int) -> None:
    assert noise_floor(*measured(scan(0.01, n_coils))) == pytest.approx(0.01, rel=0.25)


def test_signal_at_the_edge_of_kspace_is_not_taken_for_noise() -> None:
    kspace, mask = measured(scan(0.003))
    assert noise_level(kspace.samples) > 2 * 0.003
    assert noise_floor(kspace, mask) < 1.25 * 0.003


@pytest.mark.parametrize("n_coils", [1, 2])
def test_with_one_or_two_coils_the_level_is_at_most_a_half_too_high(n_coils: int) -> None:
    assert 0.02 < noise_floor(*measured(scan(0.02, n_coils))) < 0.03


def test_without_a_centre_the_outermost_samples_are_taken() -> None:
    mask = Mask(torch.ones(1, 1, 32, 32, dtype=torch.bool))
    mask.samples[..., 16, 16] = False
    noise = 0.1 * complex_noise((1, 4, 32, 32), torch.Generator().manual_seed(0))
    kspace = mask.apply(KSpace(noise))
    assert noise_floor(kspace, mask) == noise_level(kspace.samples)


@pytest.mark.parametrize(("n", "n_coils"), [(95, 8), (96, 4), (192, 8)])
def test_a_scan_without_noise_has_level_zero_or_next_to_it(n: int, n_coils: int) -> None:
    assert noise_floor(*measured(scan(0.0, n_coils, n))) < 1e-6


def test_hardly_any_noise_is_found_too() -> None:
    assert noise_floor(*measured(scan(1e-4))) == pytest.approx(1e-4, rel=0.2)


def test_averaging_frames_is_accounted_for() -> None:
    noise = 0.1 * complex_noise((4, 4, 48, 48), torch.Generator().manual_seed(0))
    mask = Mask(torch.ones(1, 1, 48, 48, dtype=torch.bool))
    assert noise_floor(KSpace(noise), mask) == pytest.approx(0.1, rel=0.1)
