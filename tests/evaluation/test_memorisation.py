"""Likeness finds copies however they lie, and does not find what is merely of the same kind."""

import pytest
import torch

from ksyn.diffusion.denoiser import to_channels
from ksyn.evaluation.memorisation import free_samples, likeness, nearest
from ksyn.noise import complex_noise
from ksyn.phantoms import head_image

HEADS = [head_image((128, 128), seed=seed).to(torch.complex64) for seed in (1, 2, 3)]
MATRIX = (64, 64)


def crop(image, y, x):
    return image[y : y + 64, x : x + 64]


def test_a_copy_of_a_part_of_a_training_image_has_likeness_near_one():
    copies = [crop(HEADS[0], 40, 12), crop(HEADS[1], 8, 50).flip(0), 3 * crop(HEADS[1], 20, 20).T]
    found = nearest(copies, [crop(HEADS[2], 32, 32)], HEADS[:2], MATRIX)
    assert min(found.samples) > 0.9
    assert found.held_out[0] < 0.7
    assert found.training_images == 2


def test_noise_is_like_nothing():
    rng = torch.Generator().manual_seed(0)
    (value,) = nearest([complex_noise(MATRIX, rng)], [], HEADS, MATRIX).samples
    assert value < 0.4


def test_flat_parts_have_no_likeness():
    image = torch.rand(6, 6, generator=torch.Generator().manual_seed(1))
    assert likeness([image], [torch.ones(20, 20)]) == [0]


def test_brightness_and_contrast_do_not_count():
    image = torch.rand(6, 5, generator=torch.Generator().manual_seed(1))
    assert likeness([image], [2 * image + 1, 3 * image.T]) == pytest.approx([1], abs=1e-5)


def test_likeness_is_a_correlation():
    first, second = torch.rand(2, 6, 6, generator=torch.Generator().manual_seed(1))
    turned = [f for f in (first, first.mT) for f in (f, f.flip(0), f.flip(1), f.flip(0, 1))]
    pairs = [torch.stack([f.flatten(), second.flatten()]) for f in turned]
    expected = max(float(torch.corrcoef(pair)[0, 1]) for pair in pairs)
    assert likeness([first, first], [second]) == pytest.approx([expected] * 2, abs=1e-5)


class Wiener:
    """The exact denoiser of images whose pixels are independent, of mean m and deviation s."""

    mean, deviation = 0.5 + 0.2j, 0.1

    def __call__(self, images, sigma, blur):
        gain = self.deviation**2 / (self.deviation**2 + sigma**2)
        return self.mean + gain * (images - self.mean)


def test_free_samples_have_the_statistics_of_the_prior():
    samples = free_samples(Wiener(), (40, 40), 6, torch.Generator().manual_seed(0))
    parts = to_channels(samples)
    assert complex(samples.mean()) == pytest.approx(Wiener.mean, abs=0.01)
    assert float(parts.std(dim=(0, 2, 3)).mean()) == pytest.approx(0.1, rel=0.1)
