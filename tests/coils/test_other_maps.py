"""The quicker ways to maps, and the one place that names them all."""

from typing import get_args

import pytest
import torch
from scans_of_coils import projection_error, scan

from ksyn.coils import MAPS, estimate_maps
from ksyn.coils.eigenvectors import leading_eigenvectors
from ksyn.coils.sum_of_squares import sum_of_squares
from ksyn.coils.walsh import walsh
from ksyn.data import Mask
from ksyn.errors import ShapeError
from ksyn.noise import complex_noise


@pytest.fixture(scope="module", params=[(64, 64), (65, 59)], ids=["even", "odd"])
def clean(request):
    return scan(request.param)


@pytest.mark.parametrize("kind", get_args(MAPS))
def test_every_kind_has_norm_1_or_0(kind, clean):
    kspace, mask, _ = clean
    magnitude = estimate_maps(kind, kspace, mask).maps.abs().square().sum(dim=1).sqrt()
    torch.testing.assert_close(magnitude, magnitude.round(), rtol=0, atol=1e-4)
    assert float(magnitude.max()) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("kind", get_args(MAPS))
def test_every_kind_fits_the_kspace(kind, clean):
    kspace, mask, _ = clean
    maps = estimate_maps(kind, kspace, mask).maps
    assert maps.shape == (1, *kspace.samples.shape[1:])
    assert maps.dtype == torch.complex64


@pytest.mark.parametrize("kind", get_args(MAPS))
def test_a_single_coil_sees_everything_alike(kind):
    kspace, mask, _ = scan((32, 30), n_coils=1)
    maps = estimate_maps(kind, kspace, mask).maps
    assert torch.equal(maps, torch.ones(1, 1, 32, 30, dtype=torch.complex64))


@pytest.mark.parametrize(("kind", "limit"), [("walsh", 0.08), ("sum-of-squares", 0.2)])
def test_rougher_maps_explain_most_of_the_images(kind, limit, clean):
    kspace, mask, truth = clean
    assert projection_error(estimate_maps(kind, kspace, mask), truth) < limit


def test_plain_averaging_explains_little(clean):
    kspace, mask, truth = clean
    assert projection_error(estimate_maps("ones", kspace, mask), truth) > 0.3


def test_walsh_does_not_depend_on_its_blocks(clean, monkeypatch):
    import sys

    kspace, mask, _ = clean
    whole = walsh(kspace, mask).maps
    monkeypatch.setattr(sys.modules["ksyn.coils.walsh"], "BLOCK_BYTES", 100_000)
    torch.testing.assert_close(walsh(kspace, mask).maps, whole, rtol=0, atol=2e-3)


def test_sum_of_squares_maps_are_the_true_ones_times_the_objects_phase(clean):
    kspace, mask, truth = clean
    alike = (sum_of_squares(kspace, mask).maps.conj() * truth.maps).sum(dim=1).abs()
    assert float(alike.median()) > 0.99


def test_options_reach_the_estimator(clean):
    kspace, mask, _ = clean
    assert estimate_maps("espirit", kspace, mask, n_sets=2).n_sets == 2


def test_a_mask_without_a_centre_is_said(clean):
    kspace, mask, _ = clean
    empty = Mask(torch.zeros_like(mask.samples))
    with pytest.raises(ShapeError, match="zero frequency"):
        estimate_maps("walsh", kspace, empty)


@pytest.mark.parametrize("n", [1, 2])
def test_leading_eigenvectors_are_those_of_the_full_decomposition(n, rng):
    factor = complex_noise((200, 5, 5), rng)
    matrices = factor @ factor.mH
    values, vectors = leading_eigenvectors(matrices, n)
    expected = torch.linalg.eigh(matrices)
    torch.testing.assert_close(values, expected.eigenvalues[:, -n:].flip(-1), rtol=1e-4, atol=1e-3)
    alike = (vectors.conj() * expected.eigenvectors[:, :, -n:].flip(-1)).sum(dim=1).abs()
    assert float(alike.min()) > 0.999


def test_leading_eigenvector_is_found_from_a_start_that_is_another_eigenvector():
    # The first column is the longest of the diagonal, and an eigenvector of the smaller value.
    matrix = torch.tensor([[1.9, 0, 0], [0, 1.5, 1.5], [0, 1.5, 1.5]], dtype=torch.complex64)
    values, _ = leading_eigenvectors(matrix[None])
    assert float(values[0, 0]) == pytest.approx(3, abs=1e-5)
