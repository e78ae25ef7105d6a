"""The coil space: P is an orthogonal projector, and both ways to walk agree on it."""

import pytest
import torch

from ksyn.diffusion.coil_space import AllCoils, CoilSpace, Unprojected, project

MATRICES = [(16, 20), (15, 20), (15, 21)]


def random_complex(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.complex64, generator=torch.Generator().manual_seed(seed))


def unit_maps(n_sets: int, matrix: tuple[int, int]) -> torch.Tensor:
    """Return maps orthonormal over coils at each pixel, and 0 in a corner."""
    columns = random_complex(*matrix, 5, n_sets, seed=0)
    maps = torch.linalg.qr(columns).Q.permute(3, 2, 0, 1).clone()
    maps[..., :4, :4] = 0
    return maps


@pytest.mark.parametrize("n_sets", [1, 2])
@pytest.mark.parametrize("matrix", MATRICES)
def test_projector_is_idempotent_and_self_adjoint(matrix, n_sets):
    maps = unit_maps(n_sets, matrix)
    a, b = random_complex(2, 5, *matrix, seed=1), random_complex(2, 5, *matrix, seed=2)
    once = project(a, maps)
    torch.testing.assert_close(project(once, maps), once, rtol=1e-5, atol=1e-5)
    left, right = (
        torch.vdot(b.flatten(), once.flatten()),
        torch.vdot(project(b, maps).flatten(), a.flatten()),
    )
    torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("n_sets", [1, 2])
def test_what_settles_in_the_coil_space_is_projected(n_sets):
    maps, images = unit_maps(n_sets, (15, 20)), random_complex(2, 5, 15, 20, seed=1)
    space = CoilSpace(maps)
    held = space.coil_images(space.settle(images))
    torch.testing.assert_close(held, project(images, maps), rtol=0, atol=1e-5)
    torch.testing.assert_close(
        space.combined(space.settle(images)), AllCoils(maps).combined(images)
    )


def test_noise_of_both_walks_has_the_covariance_of_p():
    maps, rng = unit_maps(1, (4, 5)), torch.Generator().manual_seed(0)
    maps[..., :4, :4] = unit_maps(1, (8, 9))[..., 4:, 5:]
    for space in (AllCoils(maps), CoilSpace(maps)):
        like = space.settle(torch.zeros(20000, 5, 4, 5, dtype=torch.complex64))
        noise = space.coil_images(space.noise(like, rng))[..., 2, 3]
        covariance = noise.T @ noise.conj() / len(noise)
        s = maps[0, :, 2, 3]
        torch.testing.assert_close(covariance, 2 * s[:, None] * s.conj(), rtol=0, atol=0.05)


def test_unprojected_noise_is_the_same_in_every_coil():
    space, rng = Unprojected(unit_maps(1, (15, 20))), torch.Generator().manual_seed(0)
    noise = space.noise(torch.zeros(200, 5, 15, 20, dtype=torch.complex64), rng)
    assert float(noise.real.std(dim=0).min()) > 0.7
    assert torch.equal(space.project(noise), noise)
