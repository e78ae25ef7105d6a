"""Augmentation changes what it should and nothing else."""

import pytest
import torch

from ksyn.training.augmentation import augment

HEAD = torch.zeros(60, 50, dtype=torch.complex64)
HEAD[15:45, 12:38] = 0.8


@pytest.mark.parametrize("matrix", [(32, 32), (33, 41), (80, 64)])
def test_the_crop_has_the_matrix_asked_for(matrix):
    for seed in range(20):
        image = augment(HEAD, matrix, torch.Generator().manual_seed(seed))
        assert image.shape == matrix
        assert image.dtype == torch.complex64
        assert torch.isfinite(torch.view_as_real(image)).all()


def test_the_same_seed_gives_the_same_image():
    first, second = (augment(HEAD, (32, 32), torch.Generator().manual_seed(7)) for _ in range(2))
    assert torch.equal(first, second)


def test_the_image_given_is_not_changed():
    before = HEAD.clone()
    augment(HEAD, (32, 32), torch.Generator().manual_seed(3))
    assert torch.equal(HEAD, before)


def test_air_stays_dark():
    brightest = max(
        float(
            augment(torch.zeros_like(HEAD), (32, 32), torch.Generator().manual_seed(s)).abs().max()
        )
        for s in range(20)
    )
    assert brightest < 0.05
