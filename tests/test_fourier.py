"""The Fourier convention: centred, orthonormal, right for odd sizes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ksyn.fourier import (
    centre,
    decentre,
    image_to_kspace,
    kspace_to_image,
    plain_fft,
    plain_filter,
    plain_ifft,
    resize_centred,
)
from ksyn.noise import complex_noise

SIZES = st.tuples(st.integers(1, 12), st.integers(1, 12))
MATRICES = [(8, 8), (7, 9), (8, 5), (1, 6)]


def random_image(*shape: int) -> torch.Tensor:
    return complex_noise(shape, torch.Generator().manual_seed(sum(shape)))


@given(SIZES)
def test_there_and_back_is_the_identity(size: tuple[int, int]) -> None:
    image = random_image(2, *size)
    torch.testing.assert_close(kspace_to_image(image_to_kspace(image)), image)
    torch.testing.assert_close(image_to_kspace(kspace_to_image(image)), image)


@given(SIZES)
def test_inner_products_are_kept(size: tuple[int, int]) -> None:
    a, b = random_image(*size), random_image(3, *size)[1]
    before = torch.vdot(a.flatten(), b.flatten())
    after = torch.vdot(image_to_kspace(a).flatten(), image_to_kspace(b).flatten())
    torch.testing.assert_close(after, before, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("matrix", MATRICES)
def test_a_point_at_the_centre_becomes_a_constant(matrix: tuple[int, int]) -> None:
    ny, nx = matrix
    point = torch.zeros(matrix, dtype=torch.complex64)
    point[ny // 2, nx // 2] = 1
    constant = torch.full_like(point, (ny * nx) ** -0.5)
    torch.testing.assert_close(image_to_kspace(point), constant)
    torch.testing.assert_close(kspace_to_image(point), constant)


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("frequency", [(0, 0), (1, 0), (0, -2), (-1, 2)])
def test_a_plane_wave_becomes_a_point_at_its_frequency(
    matrix: tuple[int, int], frequency: tuple[int, int]
) -> None:
    (ny, nx), (fy, fx) = matrix, frequency
    y, x = torch.arange(ny) - ny // 2, torch.arange(nx) - nx // 2
    phase = 2 * torch.pi * (fy * y[:, None] / ny + fx * x / nx)
    expected = torch.zeros(matrix, dtype=torch.complex64)
    expected[(fy + ny // 2) % ny, (fx + nx // 2) % nx] = (ny * nx) ** 0.5
    wave = torch.polar(torch.ones_like(phase), phase)
    torch.testing.assert_close(image_to_kspace(wave), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("matrix", MATRICES)
def test_a_real_image_has_conjugate_symmetric_kspace(matrix: tuple[int, int]) -> None:
    kspace = decentre(image_to_kspace(random_image(*matrix).real.to(torch.complex64)))
    mirrored = torch.roll(kspace.flip((-2, -1)), (1, 1), (-2, -1))
    torch.testing.assert_close(kspace, mirrored.conj())


@given(SIZES)
def test_decentre_undoes_centre(size: tuple[int, int]) -> None:
    array = random_image(*size)
    assert torch.equal(decentre(centre(array)), array)
    assert torch.equal(centre(decentre(array)), array)


@given(st.integers(1, 12))
def test_centre_moves_the_origin_to_half_the_size(n: int) -> None:
    line = torch.arange(n)
    assert int(centre(line, (-1,))[n // 2]) == 0


@pytest.mark.parametrize("axes", [(-2, -1), (-1,), (-3,)])
def test_the_plain_transforms_undo_each_other(axes: tuple[int, ...]) -> None:
    array = random_image(3, 4, 5)
    torch.testing.assert_close(plain_ifft(plain_fft(array, axes), axes), array)


@given(SIZES)
def test_the_centred_transform_is_the_plain_one_between_shifts(size: tuple[int, int]) -> None:
    image = random_image(*size)
    torch.testing.assert_close(image_to_kspace(image), centre(plain_fft(decentre(image))))


@given(SIZES, SIZES)
def test_cropping_undoes_padding(small: tuple[int, int], extra: tuple[int, int]) -> None:
    array = random_image(2, *small)
    large = (small[0] + extra[0], small[1] + extra[1])
    assert torch.equal(resize_centred(resize_centred(array, large), small), array)


@given(SIZES, SIZES)
def test_resizing_keeps_the_zero_frequency_at_the_centre(
    old: tuple[int, int], new: tuple[int, int]
) -> None:
    kspace = torch.zeros(old)
    kspace[old[0] // 2, old[1] // 2] = 1
    resized = resize_centred(kspace, new)
    assert resized.shape == new
    assert float(resized[new[0] // 2, new[1] // 2]) == 1


def test_padding_adds_zeros_only() -> None:
    array = random_image(3, 4)
    padded = resize_centred(array, (7, 6))
    assert int((padded != 0).sum()) == array.numel()
    assert torch.equal(resize_centred(array, (3, 4)), array)


@pytest.mark.parametrize("axes", [(), (-1,), (-2,), (-2, -1)])
@pytest.mark.parametrize("size", [(6, 8), (8, 6), (7, 9)])
def test_filtering_is_the_gain_between_the_transforms(
    size: tuple[int, int], axes: tuple[int, ...]
) -> None:
    rng = torch.Generator().manual_seed(0)
    images = torch.randn(2, 3, *size, dtype=torch.complex64, generator=rng)
    shape = [n if axis in axes else 1 for axis, n in zip((-2, -1), size, strict=True)]
    gain = torch.rand(2, 1, *shape, generator=rng)
    kept = images.clone()
    expected = decentre(kspace_to_image(image_to_kspace(centre(images)) * gain))
    filtered = plain_filter(gain, images, axes)(images)
    torch.testing.assert_close(filtered, expected, rtol=1e-4, atol=1e-5)
    assert torch.equal(images, kept)


def test_a_gain_of_truth_values_is_one_of_zeros_and_ones() -> None:
    image = random_image(8, 6)
    gain = torch.rand(8, 6, generator=torch.Generator().manual_seed(0)) < 0.5
    filters = (plain_filter(kind, image)(image) for kind in (gain, gain.float()))
    assert torch.equal(*filters)
