"""A world of Gaussian images, where the best denoiser and the posterior mean are known exactly."""

import torch

from ksyn.data import KSpace, Problem
from ksyn.diffusion.denoiser import gaussian_transfer
from ksyn.encoding import Encoding, coil_images, solve
from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.masks import MASKS
from ksyn.noise import complex_noise
from ksyn.phantoms import coil_maps


def power(matrix):
    """Return the mean power at each k of images whose spectrum falls as 1 / |k|³."""
    y, x = (torch.arange(n) - n // 2 for n in matrix)
    return 40 / (1 + (y[:, None] ** 2 + x[None, :] ** 2) ** 1.5)


def wiener(images, sigma, blur):
    """Return E[image | blurred image + noise] of Gaussian images with that power."""
    matrix = images.shape[-2:]
    gain, p = gaussian_transfer(tuple(matrix), blur), power(matrix)
    return kspace_to_image(gain * p / (gain**2 * p + 2 * sigma**2) * image_to_kspace(images))


def problem_of(matrix=(40, 48), n_frames=1, noise=0.02):
    """Return a scan of such images, and the images."""
    rng = torch.Generator().manual_seed(0)
    colour = (power(matrix) / 2).sqrt()
    image = kspace_to_image(colour * complex_noise((n_frames, 1, *matrix), rng))
    maps = coil_maps(4, matrix)
    full = image_to_kspace(coil_images(image, maps.maps))
    full = full + noise * complex_noise(tuple(full.shape), rng)
    mask = MASKS.get("uniform")(acceleration=5, acs_lines=12).draw(matrix, rng)
    return Problem(mask.apply(KSpace(full)), mask, maps, noise), image[:, 0]


def error(image, truth):
    return float(torch.linalg.norm(image - truth) / torch.linalg.norm(truth))


def least_squares(problem):
    encoding = Encoding(problem)
    right = encoding.adjoint(problem.kspace.samples)
    return solve(encoding.normal, right, torch.zeros_like(right), 15)[:, 0]


def posterior_mean(problem):
    """Return E[image | measured samples], exact for Gaussian images."""
    encoding, p = Encoding(problem), power(problem.kspace.matrix)
    variance = 2 * problem.noise_level**2

    def precision(image):
        return encoding.normal(image) / variance + kspace_to_image(image_to_kspace(image) / p)

    right = encoding.adjoint(problem.kspace.samples) / variance
    return solve(precision, right, torch.zeros_like(right), 500, tolerance=1e-4)[:, 0]
