"""One meaning of the noise level: σ in the real and in the imaginary part."""

from __future__ import annotations

import pytest
import torch

from ksyn.noise import complex_noise, noise_level


def noise(sigma: float, *shape: int, seed: int = 3) -> torch.Tensor:
    return sigma * complex_noise(shape, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("sigma", [1.0, 0.02])
def test_the_power_of_a_sample_is_twice_the_level_squared(sigma: float) -> None:
    power = float(noise(sigma, 400, 500).abs().square().mean())
    assert power == pytest.approx(2 * sigma**2, rel=0.01)


def test_both_parts_have_the_level_and_know_nothing_of_each_other() -> None:
    n = noise(0.5, 400, 500)
    assert float(n.real.std()) == pytest.approx(0.5, rel=0.01)
    assert float(n.imag.std()) == pytest.approx(0.5, rel=0.01)
    assert float((n.real * n.imag).mean()) == pytest.approx(0, abs=0.002)


def test_the_same_seed_draws_the_same_noise_and_another_seed_another() -> None:
    assert torch.equal(noise(1, 4, 5), noise(1, 4, 5))
    assert not torch.equal(noise(1, 4, 5), noise(1, 4, 5, seed=4))


@pytest.mark.parametrize("sigma", [1.0, 3e-3])
@pytest.mark.parametrize("matrix", [(256, 256), (255, 301)])
def test_the_level_of_pure_noise_is_found_within_five_percent(
    sigma: float, matrix: tuple[int, int]
) -> None:
    assert noise_level(noise(sigma, 1, 8, *matrix)) == pytest.approx(sigma, rel=0.05)


def test_signal_at_the_centre_does_not_disturb_the_estimate() -> None:
    kspace = noise(0.1, 1, 8, 256, 256)
    kspace[..., 64:192, 64:192] += 100
    assert noise_level(kspace) == pytest.approx(0.1, rel=0.05)


def test_a_few_strong_samples_at_the_edge_do_not_disturb_the_estimate() -> None:
    kspace = noise(0.1, 1, 8, 256, 256)
    kspace[..., 0, :8] += 100
    assert noise_level(kspace) == pytest.approx(0.1, rel=0.05)


def test_samples_that_were_not_measured_do_not_count() -> None:
    kspace = noise(0.1, 1, 8, 256, 256)
    kspace[..., 1::2] = 0
    assert noise_level(kspace) == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_it_does_not_matter_which_columns_were_measured(seed: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    columns = torch.rand(256, generator=rng) < 0.1
    kspace = noise(0.1, 1, 8, 256, 256) * columns
    assert noise_level(kspace) == pytest.approx(0.1, rel=0.05)


def test_the_level_is_unknown_where_nothing_was_measured() -> None:
    assert noise_level(torch.zeros(1, 2, 64, 64, dtype=torch.complex64)) == 0.0


@pytest.mark.parametrize("factor", [10.0, 0.01])
def test_the_estimate_scales_with_the_data(factor: float) -> None:
    kspace = noise(1, 1, 4, 64, 63)
    assert noise_level(factor * kspace) == pytest.approx(factor * noise_level(kspace), rel=1e-5)
