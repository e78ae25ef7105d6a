"""The wavelet transform is orthogonal, invertible, and the one PyWavelets computes."""

import numpy as np
import pytest
import pywt
import torch
from both_devices import assert_alike

from ksyn.encoding import energy
from ksyn.noise import complex_noise
from ksyn.wavelet import Coefficients, Wavelet, daubechies, soft_threshold, with_details

NAMES = ["haar", "db2", "db4"]


def energies(coefficients: Coefficients) -> float:
    return float(energy(coefficients.approximation) + sum(map(energy, coefficients.details)))


@pytest.mark.parametrize(("name", "moments"), [("haar", 1), ("db2", 2), ("db4", 4)])
def test_filters_are_the_published_ones(name, moments):
    np.testing.assert_allclose(daubechies(moments), pywt.Wavelet(name).rec_lo, atol=1e-12)


@pytest.mark.parametrize("moments", [1, 2, 3, 4, 5, 6])
def test_filters_are_orthogonal_to_their_even_shifts(moments):
    low = daubechies(moments)
    products = [low[2 * k :] @ low[: low.size - 2 * k] for k in range(moments)]
    np.testing.assert_allclose(products, [1] + [0] * (moments - 1), atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("levels", [1, 2])
def test_coefficients_are_those_of_pywavelets(name, levels, rng):
    image = complex_noise((2, 64, 48), rng)
    found = Wavelet(name, levels).forward(image)
    approximation, *details = pywt.wavedec2(image[1].numpy(), name, "periodization", levels)
    np.testing.assert_allclose(found.approximation[1], approximation, atol=1e-5)
    for ours, theirs in zip(reversed(found.details), details, strict=True):
        np.testing.assert_allclose(ours[1], np.stack(theirs), atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("matrix", [(32, 48), (33, 31), (40, 37)])
def test_inverse_undoes_forward(name, matrix, rng):
    image, wavelet = complex_noise((2, *matrix), rng), Wavelet(name, 3)
    torch.testing.assert_close(
        wavelet.inverse(wavelet.forward(image), matrix), image, rtol=0, atol=1e-5
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("matrix", [(32, 48), (33, 31)])
def test_energy_is_kept(name, matrix, rng):
    image = complex_noise((1, *matrix), rng)
    assert energies(Wavelet(name, 3).forward(image)) == pytest.approx(
        float(energy(image)), rel=1e-5
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("matrix", [(32, 16), (21, 31)])
def test_inverse_is_the_adjoint(name, matrix, rng):
    wavelet, image = Wavelet(name, 2), complex_noise(matrix, rng)
    shape = wavelet.forward(image)
    other = Coefficients(
        complex_noise(tuple(shape.approximation.shape), rng),
        tuple(complex_noise(tuple(d.shape), rng) for d in shape.details),
    )
    left = torch.vdot(shape.approximation.flatten(), other.approximation.flatten()) + sum(
        torch.vdot(a.flatten(), b.flatten())
        for a, b in zip(shape.details, other.details, strict=True)
    )
    right = torch.vdot(image.flatten(), wavelet.inverse(other, matrix).flatten())
    torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_a_constant_has_no_details(name):
    details = Wavelet(name, 3).forward(torch.ones(32, 32, dtype=torch.complex64)).details
    assert max(float(d.abs().max()) for d in details) < 1e-5


def test_db2_sees_no_ramp_but_where_it_wraps():
    ramp = torch.arange(32.0)[:, None].expand(32, 32).to(torch.complex64)
    (detail,) = Wavelet("db2", 1).forward(ramp).details
    assert float(detail[..., 1:-1, :].abs().max()) < 1e-4
    assert float(detail.abs().max()) > 1


def test_batch_axes_are_kept(rng):
    image = complex_noise((2, 3, 16, 24), rng)
    together = Wavelet("db2", 2).forward(image)
    alone = Wavelet("db2", 2).forward(image[1, 2])
    torch.testing.assert_close(together.approximation[1, 2], alone.approximation)
    torch.testing.assert_close(together.details[0][1, 2], alone.details[0])


def test_levels_fit_the_image():
    assert Wavelet("db4", 8).fitted((64, 320)).levels == 3
    assert Wavelet("haar", 2).fitted((64, 320)).levels == 2
    assert Wavelet("db4", 5).fitted((6, 6)).levels == 1


def test_soft_threshold_shortens_and_keeps_the_phase():
    values = torch.tensor([3 + 4j, 0.3 + 0.4j, 0j, -2j])
    expected = torch.tensor([2.4 + 3.2j, 0j, 0j, -1j])
    torch.testing.assert_close(soft_threshold(values, 1.0), expected)


def test_soft_threshold_of_0_changes_nothing(rng):
    values = complex_noise((50,), rng)
    torch.testing.assert_close(soft_threshold(values, 0.0), values)


@pytest.mark.parametrize("name", NAMES)
def test_a_gpu_gives_what_the_cpu_gives(name, rng, gpu):
    image, wavelet = complex_noise((1, 64, 48), rng), Wavelet(name, 3)
    there = wavelet.forward(image.to(gpu))
    assert_alike(there.approximation, wavelet.forward(image).approximation)
    assert_alike(wavelet.inverse(there, (64, 48)), image)


def test_the_grid_of_a_gpu_is_drawn_by_its_own_generator(rng, gpu):
    image, wavelet = complex_noise((1, 33, 31), rng), Wavelet("db2", 3)
    moved = with_details(image.to(gpu), wavelet, lambda details: details, torch.Generator(gpu))
    assert_alike(moved, image)


@pytest.mark.parametrize("matrix", [(32, 48), (33, 31)])
def test_details_that_stay_leave_the_image_wherever_the_grid_lies(matrix, rng):
    image, wavelet = complex_noise((2, *matrix), rng), Wavelet("db2", 8)
    for grid in (None, rng):
        same = with_details(image, wavelet, lambda details: details, grid)
        torch.testing.assert_close(same, image, rtol=0, atol=1e-5)


def test_the_grid_is_shifted_anew_each_time(rng):
    image, wavelet = complex_noise((1, 32, 32), rng), Wavelet("haar", 3)
    without, first, second = (
        with_details(image, wavelet, torch.zeros_like, grid) for grid in (None, rng, rng)
    )
    assert not torch.allclose(first, without)
    assert not torch.allclose(first, second)
