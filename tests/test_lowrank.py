"""Structured low rank: filters that annihilate, and their Gram form."""

import pytest
import torch
from windows import windows_of

from ksyn.data import KSpace, Mask
from ksyn.errors import ShapeError
from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.lowrank import (
    annihilating_filters,
    annihilating_gram,
    annihilation,
    apply_gram,
    correlate,
    correlate_adjoint,
    gram_of,
    hankel_gram,
    mean_eigenvalue,
)

MATRICES = [(24, 20), (23, 20), (21, 19)]


def random_complex(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.complex64, generator=torch.Generator().manual_seed(seed))


def test_gram_of_windows_is_that_of_the_matrix_of_windows():
    calibration = random_complex(3, 12, 11)
    a = windows_of(calibration, (2, 5))
    torch.testing.assert_close(hankel_gram(calibration, (2, 5)), a.mH @ a)


def smooth_scan(matrix: tuple[int, int], n_coils: int = 4) -> KSpace:
    """Return k-space of a disc seen by coils whose maps are one low frequency each."""
    y, x = (torch.linspace(-1, 1, n) for n in matrix)
    disc = (y[:, None] ** 2 + x[None, :] ** 2 < 0.7) * (1 + 0.3 * torch.cos(9 * x))
    turns = torch.arange(n_coils) * 2 * torch.pi / n_coils
    ramp = turns.cos()[:, None, None] * y[:, None] + turns.sin()[:, None, None] * x
    maps = torch.polar(0.6 + 0.3 * ramp, 1.5 * ramp)
    return KSpace(image_to_kspace(maps * disc)[None])


def columns(matrix: tuple[int, int], acs_lines: int, every: int) -> Mask:
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    mask[..., ::every] = True
    start = matrix[1] // 2 - acs_lines // 2
    mask[..., start : start + acs_lines] = True
    return Mask(mask)


@pytest.mark.parametrize("matrix", MATRICES)
def test_correlation_has_its_adjoint(matrix):
    filters = random_complex(6, 3, 5, 5)
    z, y = random_complex(3, *matrix, seed=1), random_complex(6, *matrix, seed=2)
    forward = torch.vdot(y.flatten(), correlate(filters, z).flatten())
    backward = torch.vdot(correlate_adjoint(filters, y).flatten(), z.flatten())
    torch.testing.assert_close(forward, backward, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("side", [1, 4, 5])
@pytest.mark.parametrize("matrix", MATRICES)
def test_gram_form_is_the_sum_of_correlations(matrix, side):
    filters, z = random_complex(6, 3, side, side), random_complex(3, *matrix, seed=1)
    expected = correlate_adjoint(filters, correlate(filters, z))
    applied = apply_gram(gram_of(filters, matrix), kspace_to_image(z)[None])
    torch.testing.assert_close(image_to_kspace(applied)[0], expected, rtol=1e-4, atol=2e-3)


@pytest.mark.parametrize("matrix", MATRICES)
def test_gram_is_hermitian_and_has_no_negative_eigenvalue(matrix):
    gram = gram_of(random_complex(2, 4, 5, 5), matrix).permute(2, 3, 0, 1)
    torch.testing.assert_close(gram, gram.mH, rtol=1e-4, atol=1e-3)
    eigenvalues = torch.linalg.eigvalsh(gram)
    assert eigenvalues.min() > -1e-4 * eigenvalues.max()


def test_annihilation_is_the_energy_of_the_filtered_kspace():
    filters, z = random_complex(6, 3, 5, 5), random_complex(3, 21, 20, seed=1)
    energy = float(correlate(filters, z).abs().square().sum())
    assert annihilation(gram_of(filters, (21, 20)), kspace_to_image(z)[None]) == pytest.approx(
        energy, rel=1e-4
    )


def test_filters_are_orthonormal_and_as_many_as_asked():
    scan = smooth_scan((40, 41))
    filters = annihilating_filters(scan, columns(scan.matrix, 16, 4), kernel=4, keep=0.25)
    flat = filters.flatten(1)
    assert len(flat) == round(0.25 * 4 * 16)
    torch.testing.assert_close(flat @ flat.mH, torch.eye(len(flat)) + 0j, rtol=0, atol=1e-4)


@pytest.mark.parametrize("matrix", [(64, 64), (63, 65)])
def test_true_kspace_is_annihilated_and_zero_filled_is_not(matrix):
    scan = smooth_scan(matrix)
    mask = columns(matrix, 20, 4)
    measured = mask.apply(scan)
    gram = annihilating_gram(measured, mask)
    true = annihilation(gram, kspace_to_image(scan.samples))
    assert true < 0.05 * annihilation(gram, kspace_to_image(measured.samples))


def test_more_calibration_lines_make_filters_that_annihilate_better():
    scan = smooth_scan((64, 64))
    small, large = (annihilating_gram(scan, columns((64, 64), n, 4)) for n in (12, 32))
    images = kspace_to_image(scan.samples)
    assert annihilation(large, images) < annihilation(small, images)


def test_frames_share_the_filters_of_their_mean():
    scan = smooth_scan((40, 40))
    series = scan.with_samples(scan.samples * torch.tensor([0.5, 1.5])[:, None, None, None])
    mask = columns((40, 40), 16, 4)
    torch.testing.assert_close(
        annihilating_gram(series, mask), annihilating_gram(scan, mask), rtol=1e-3, atol=1e-3
    )


def test_a_centre_smaller_than_the_kernel_is_refused_with_both_sizes():
    scan = smooth_scan((40, 40))
    with pytest.raises(ShapeError, match=r"\(40, 4\).*5 × 5") as caught:
        annihilating_gram(scan, columns((40, 40), 4, 7))
    assert "ACS" in caught.value.hint


@pytest.mark.parametrize("matrix", MATRICES)
def test_the_mean_eigenvalue_is_the_mean_over_all_images(matrix):
    gram = gram_of(random_complex(4, 3, 3, 3), matrix)
    values = torch.linalg.eigvalsh(gram.movedim((0, 1), (-2, -1)))
    assert mean_eigenvalue(gram) == pytest.approx(float(values.mean()), rel=1e-4)
