"""The measurement is a linear operator with the adjoint it claims, and CG inverts it."""

from itertools import pairwise

import pytest
import torch

from ksyn.data import KSpace, Mask, Problem, SensMaps
from ksyn.encoding import (
    Encoding,
    coil_images,
    combine,
    conjugate_gradients,
    energy,
    magnitude_image,
    one_image,
    solve,
)
from ksyn.fourier import centre, decentre, kspace_to_image
from ksyn.noise import complex_noise


def inner(a, b):
    return torch.linalg.vecdot(a.flatten(), b.flatten())


def columns(matrix):
    mask = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    mask[..., ::2] = True
    return mask


def scattered(matrix):
    return torch.rand(1, 1, *matrix, generator=torch.Generator().manual_seed(3)) < 0.4


@pytest.fixture(params=[(8, 10), (7, 9), (9, 6)], ids=["even", "odd", "mixed"])
def matrix(request):
    return request.param


@pytest.fixture(params=[1, 2], ids=["one set", "two sets"])
def n_sets(request):
    return request.param


@pytest.fixture(params=[columns, scattered])
def encoding(request, matrix, n_sets, rng):
    maps = SensMaps(complex_noise((n_sets, 3, *matrix), rng))
    kspace = KSpace(complex_noise((2, 3, *matrix), rng))
    return Encoding(Problem(kspace, Mask(request.param(matrix)), maps))


@pytest.fixture
def image(matrix, n_sets, rng):
    return complex_noise((2, n_sets, *matrix), rng)


def test_adjoint_is_the_adjoint_of_forward(encoding, image, matrix, rng):
    kspace = complex_noise((2, 3, *matrix), rng)
    left, right = inner(encoding.forward(image), kspace), inner(image, encoding.adjoint(kspace))
    torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-3)


def test_combine_is_the_adjoint_of_coil_images(encoding, image, matrix, rng):
    images = complex_noise((2, 3, *matrix), rng)
    left = inner(coil_images(image, encoding.maps), images)
    torch.testing.assert_close(
        left, inner(image, combine(images, encoding.maps)), rtol=1e-4, atol=1e-3
    )


def test_normal_is_forward_then_adjoint(encoding, image):
    torch.testing.assert_close(
        encoding.normal(image), encoding.adjoint(encoding.forward(image)), rtol=1e-4, atol=1e-4
    )


def test_plain_normal_is_normal_with_the_origin_at_index_0(encoding, image):
    plain = centre(encoding.plain_normal(decentre(image)))
    torch.testing.assert_close(plain, encoding.normal(image))


@pytest.mark.parametrize("at_once", [1, 150, 1 << 18])
def test_coils_taken_a_few_at_a_time_add_up(encoding, image, at_once, monkeypatch):
    monkeypatch.setattr("ksyn.fourier._AT_ONCE", at_once)
    expected = encoding.adjoint(encoding.forward(image))
    torch.testing.assert_close(encoding.normal(image), expected, rtol=1e-4, atol=1e-4)


def test_norm_bounds_the_largest_eigenvalue(encoding, image):
    for _ in range(30):
        image = encoding.normal(image / energy(image).sqrt())
    assert float(energy(image).sqrt()) <= encoding.norm() * 1.0001


def test_maps_of_norm_1_have_norm_1(matrix, rng):
    maps = complex_noise((1, 3, *matrix), rng)
    maps = maps / torch.linalg.vector_norm(maps, dim=1, keepdim=True)
    kspace, mask = KSpace(complex_noise((1, 3, *matrix), rng)), Mask(columns(matrix))
    assert Encoding(Problem(kspace, mask, SensMaps(maps))).norm() == pytest.approx(1, abs=1e-5)


def test_orthonormal_sets_have_norm_1(matrix, rng):
    maps = torch.linalg.qr(complex_noise((*matrix, 3, 2), rng)).Q.permute(3, 2, 0, 1)
    kspace, mask = KSpace(complex_noise((1, 3, *matrix), rng)), Mask(columns(matrix))
    assert Encoding(Problem(kspace, mask, SensMaps(maps))).norm() == pytest.approx(1, abs=1e-5)


def test_residual_is_0_for_data_the_image_explains(encoding, image):
    assert encoding.residual(encoding.full(image), encoding.forward(image)) < 1e-6


def test_residual_of_nothing_is_1(encoding, image):
    measured = encoding.forward(image)
    assert encoding.residual(torch.zeros_like(measured), measured) == pytest.approx(1)


def test_step_shows_the_image_and_its_kspace(encoding, image):
    step = encoding.step(image, encoding.forward(image), 3, 7, sigma=0.5)
    assert (step.index, step.total) == (3, 7)
    assert step.scalars["sigma"] == 0.5
    assert step.scalars["data_residual"] < 1e-6
    torch.testing.assert_close(step.kspace, encoding.full(image))


def test_image_of_two_sets_is_their_root_sum_of_squares(rng):
    image = complex_noise((1, 2, 4, 5), rng)
    shown = one_image(image)
    torch.testing.assert_close(shown.abs(), image.abs().square().sum(dim=1).sqrt())
    torch.testing.assert_close(shown.angle(), image[:, 0].angle())


def test_magnitude_image_is_the_root_sum_of_squares_of_the_coil_images(matrix, rng):
    kspace = complex_noise((2, 3, *matrix), rng)
    expected = kspace_to_image(kspace).abs().square().sum(dim=1).sqrt()
    torch.testing.assert_close(magnitude_image(kspace), expected)


def system(rng, n_frames=1, n=12):
    """Return a well-conditioned Hermitian operator on `frame 1 n 1` and a right-hand side."""
    factor = complex_noise((n_frames, n, n), rng)
    matrix = factor @ factor.mH + n * torch.eye(n)
    return matrix[:, None], complex_noise((n_frames, 1, n, 1), rng)


def test_cg_solves_a_known_system(rng):
    matrix, truth = system(rng)
    found = solve(lambda x: matrix @ x, matrix @ truth, torch.zeros_like(truth), 12)
    torch.testing.assert_close(found, truth, rtol=1e-3, atol=1e-4)


def test_cg_error_falls_with_every_iteration(rng):
    matrix, truth = system(rng)
    iterates = conjugate_gradients(
        lambda x: matrix @ x, matrix @ truth, torch.zeros_like(truth), 10
    )
    errors = [float(inner(x - truth, matrix @ (x - truth)).real) for x in iterates]
    assert all(later < earlier for earlier, later in pairwise(errors))


def test_cg_solves_frames_independently(rng):
    matrix, truth = system(rng, n_frames=2)
    right = matrix @ truth * torch.tensor([1.0, 100.0])[:, None, None, None]
    together = solve(lambda x: matrix @ x, right, torch.zeros_like(right), 4)
    alone = solve(lambda x: matrix[1:] @ x, right[1:], torch.zeros_like(right[1:]), 4)
    torch.testing.assert_close(together[1:], alone)


def test_cg_starts_where_it_is_told(rng):
    matrix, truth = system(rng)
    (first,) = conjugate_gradients(lambda x: matrix @ x, matrix @ truth, truth, 1)
    torch.testing.assert_close(first, truth)


def test_cg_stops_at_its_tolerance(rng):
    matrix, truth = system(rng)
    right = matrix @ truth
    iterates = list(
        conjugate_gradients(lambda x: matrix @ x, right, torch.zeros_like(right), 100, 1e-2)
    )
    assert len(iterates) < 12
    residual = energy(right - matrix @ iterates[-1]).sqrt() / energy(right).sqrt()
    assert float(residual) <= 1.1e-2


def test_cg_of_nothing_is_nothing():
    nothing = torch.zeros(1, 1, 4, 1, dtype=torch.complex64)
    assert [
        float(x.abs().max()) for x in conjugate_gradients(torch.clone, nothing, nothing, 2)
    ] == [0, 0]


def test_energy_is_the_sum_of_squared_magnitudes(rng):
    array = complex_noise((3, 4, 5), rng)
    torch.testing.assert_close(energy(array), array.abs().square().sum())
