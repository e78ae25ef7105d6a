"""Preconditioning, channels and the blur's transfer function."""

import math

import pytest
import torch

from ksyn.diffusion.denoiser import (
    NetworkDenoiser,
    Preconditioned,
    gaussian_transfer,
    to_channels,
    to_complex,
)
from ksyn.fourier import image_to_kspace, kspace_to_image


class _Silent(torch.nn.Module):
    """A network that says nothing."""

    def forward(self, x, conditions):
        return torch.zeros_like(x)


def test_channels_and_complex_are_inverse():
    images = torch.randn(3, 5, 4, dtype=torch.complex64)
    torch.testing.assert_close(to_complex(to_channels(images)), images)


@pytest.mark.parametrize("sigma", [0.01, 0.25, 2.0])
def test_without_a_network_the_denoiser_is_the_wiener_filter_of_white_images(sigma):
    denoiser = NetworkDenoiser(Preconditioned(_Silent(), sigma_data=0.25))
    images = torch.randn(2, 8, 8, dtype=torch.complex64)
    shrink = 0.25**2 / (0.25**2 + sigma**2)
    torch.testing.assert_close(denoiser(images, sigma, (0.0, 0.0)), shrink * images)


@pytest.mark.parametrize("matrix", [(32, 32), (33, 47)])
def test_the_transfer_function_is_a_gaussian_blur_in_pixels(matrix):
    impulse = torch.zeros(matrix, dtype=torch.complex64)
    impulse[matrix[0] // 2, matrix[1] // 2] = 1
    blurred = kspace_to_image(gaussian_transfer(matrix, (2.0, 0.0)) * image_to_kspace(impulse))
    profile = blurred[:, matrix[1] // 2].real
    y = torch.arange(matrix[0]) - matrix[0] // 2
    expected = torch.exp(-(y**2) / (2 * 2.0**2)) / (2.0 * math.sqrt(2 * math.pi))
    torch.testing.assert_close(profile, expected, atol=1e-4, rtol=0)
    assert blurred[:, 0].abs().max() < 1e-5


def test_no_blur_is_all_ones():
    assert (gaussian_transfer((7, 8), (0.0, 0.0)) == 1).all()
