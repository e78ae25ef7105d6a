"""The AK schedule: what fades, how fast, and that nothing fades at level 0."""

import math
from itertools import pairwise

import pytest
import torch

from ksyn.data import Mask
from ksyn.diffusion.attenuation import Schedule, geometric_sigmas, widest_blur
from ksyn.fourier import image_to_kspace, kspace_to_image

MATRICES = [(32, 48), (33, 48), (31, 47)]


def schedule(blur: tuple[float, float], n_steps: int = 50) -> Schedule:
    return Schedule(geometric_sigmas(0.01, 1, n_steps), blur)


def columns(matrix: tuple[int, int], acs_lines: int) -> Mask:
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    start = matrix[1] // 2 - acs_lines // 2
    mask[..., start : start + acs_lines] = True
    return Mask(mask)


def test_sigmas_grow_in_equal_ratios_from_first_to_last():
    sigmas = geometric_sigmas(0.01, 1, 50)
    assert len(sigmas) == 51
    assert (sigmas[0], sigmas[-1]) == pytest.approx((0.01, 1))
    ratios = [b / a for a, b in pairwise(sigmas)]
    assert ratios == pytest.approx([ratios[0]] * 50)


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("blur", [(0.0, 4.0), (3.0, 4.0)])
def test_nothing_fades_at_level_0_and_zero_frequency_never(matrix, blur):
    levels = schedule(blur)
    assert torch.equal(levels.gain(0, matrix), torch.ones(matrix))
    y, x = (n // 2 for n in matrix)
    assert all(float(levels.gain(i, matrix)[y, x]) == 1 for i in range(51))


@pytest.mark.parametrize("matrix", MATRICES)
def test_gain_falls_with_level_and_with_distance_from_the_zero_frequency(matrix):
    levels = schedule((3.0, 4.0))
    gains = torch.stack([levels.gain(i, matrix) for i in range(51)])
    assert bool((gains.diff(dim=0) <= 0).all())
    outward = gains[:, matrix[0] // 2, matrix[1] // 2 :]
    assert bool((outward.diff(dim=1) <= 0).all())
    assert bool((outward[1:, 1] < outward[1:, 0]).all())


def test_no_step_brings_back_what_the_network_could_not_see():
    gains = torch.stack([schedule((3.0, 4.0)).gain(i, (64, 64)) for i in range(51)])
    ratio = gains[1:] / gains[:-1]
    assert float(ratio[gains[:-1] > 0.05].min()) > 0.3


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("blur", [(0.0, 4.0), (3.0, 4.0), (0.0, 0.0)])
def test_attenuation_multiplies_kspace_by_the_gain(matrix, blur):
    levels, rng = schedule(blur), torch.Generator().manual_seed(0)
    images = torch.randn(2, 3, *matrix, dtype=torch.complex64, generator=rng)
    for i in (0, 30, 50):
        expected = kspace_to_image(levels.gain(i, matrix) * image_to_kspace(images))
        torch.testing.assert_close(levels.attenuate(images, i), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n", [128, 129])
def test_the_widest_gain_is_exp_minus_2_at_the_edge_of_the_centre(n):
    mask = columns((40, n), acs_lines=24)
    levels = schedule(widest_blur(mask, "automatic", sigma=1))
    edge = levels.gain(50, (40, n))[:, n // 2 + 12]
    torch.testing.assert_close(edge, torch.full((40,), math.exp(-2)))


def test_fading_follows_the_axes_that_are_undersampled():
    mask = columns((40, 64), acs_lines=24)
    along_y, along_x = widest_blur(mask, "automatic", sigma=1)
    assert along_y == 0
    assert along_x > 0
    assert widest_blur(mask, "both", sigma=1) == (along_x, along_x)
    assert widest_blur(mask, "none", sigma=1) == (0, 0)


@pytest.mark.parametrize("acs_lines", [0, 1, 2])
def test_blur_stays_within_what_goes_with_the_noise(acs_lines):
    mask = columns((40, 256), acs_lines)
    assert widest_blur(mask, "automatic", sigma=0.4)[1] == pytest.approx(4.0)


def test_a_full_mask_lets_nothing_fade():
    assert widest_blur(columns((40, 64), acs_lines=64), "automatic", sigma=1) == (0, 0)
