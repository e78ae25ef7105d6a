"""The zero-filled image and the reference are root sums of squares."""

import pytest
import torch
from prepared_heads import columns, full, head

from ksyn.data import KSpace
from ksyn.fourier import kspace_to_image
from ksyn.io import open_scan
from ksyn.noise import complex_noise
from ksyn.pipeline import reference_of, zero_filled


@pytest.mark.parametrize("matrix", [(16, 16), (15, 18), (17, 13)])
def test_zero_filled_is_the_root_sum_of_squares_of_what_was_measured(matrix, rng):
    kspace = KSpace(complex_noise((2, 3, *matrix), rng))
    mask = columns(matrix, acs=4)
    images = kspace_to_image(mask.samples * kspace.samples)
    expected = torch.linalg.vector_norm(images, dim=1)
    torch.testing.assert_close(zero_filled(kspace, mask), expected)


def test_reference_of_a_complete_kspace_is_its_root_sum_of_squares():
    kspace = head()
    torch.testing.assert_close(reference_of(kspace), zero_filled(kspace, full(kspace.matrix)))


def test_reference_of_a_scan_is_its_own():
    torch.testing.assert_close(
        reference_of(open_scan("demo")), reference_of(open_scan("demo").kspace())
    )
