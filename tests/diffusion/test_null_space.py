"""T, what annihilating filters leave: a projector that agrees with the coils of the object."""

import pytest
import torch

from ksyn.data import KSpace, Mask, Problem, SensMaps
from ksyn.diffusion.coil_space import project
from ksyn.diffusion.null_space import NullSpace, null_space_projector
from ksyn.encoding import coil_images
from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.lowrank import annihilating_gram, annihilation
from ksyn.phantoms import coil_maps, head_kspace


@pytest.fixture(scope="module", params=[(48, 44), (47, 45)], ids=["even", "odd"])
def problem(request):
    mask = torch.zeros(1, 1, *request.param, dtype=torch.bool)
    mask[..., ::3] = True
    mask[..., 12:32] = True
    kspace = head_kspace(request.param, 4, noise=0.001)
    return Problem(Mask(mask).apply(kspace), Mask(mask), coil_maps(4, request.param), 0.001)


@pytest.fixture(scope="module")
def space(problem):
    return NullSpace(problem.sens_maps.maps, null_space_projector(problem), drift=True)


def noise(problem, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(problem.kspace.samples.shape, dtype=torch.complex64, generator=rng)


def test_it_is_idempotent_and_self_adjoint(space, problem):
    a, b = noise(problem), noise(problem, 1)
    once = space.project(a)
    torch.testing.assert_close(space.project(once), once, rtol=1e-4, atol=1e-5)
    left, right = torch.vdot(b.flatten(), once.flatten()), torch.vdot(
        space.project(b).flatten(), a.flatten()
    )  # fmt: skip
    torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-3)


def test_filters_annihilate_what_it_leaves(space, problem):
    gram, images = annihilating_gram(problem.kspace, problem.mask), noise(problem)
    kept = space.project(images)
    per_energy = annihilation(gram, kept) / float(kept.abs().square().sum())
    assert per_energy < 0.1 * annihilation(gram, images) / float(images.abs().square().sum())


def test_it_keeps_the_object_and_drops_what_no_object_makes(space, problem):
    images = kspace_to_image(head_kspace(problem.kspace.matrix, 4).samples)
    kept = space.project(images)
    assert float((images - kept).abs().square().sum() / images.abs().square().sum()) < 0.02
    inside = project(noise(problem), problem.sens_maps.maps)
    outside = noise(problem) - inside
    body = images.abs().square().sum(1, keepdim=True).sqrt() > 0.1 * images.abs().max()
    left, all_of_it = (float((x * body).abs().square().sum()) for x in
                       (space.project(outside), outside))  # fmt: skip
    assert left < 0.05 * all_of_it


def test_the_printed_drift_is_left_as_it_is(problem):
    printed = NullSpace(problem.sens_maps.maps, null_space_projector(problem), drift=False)
    images = noise(problem)
    assert torch.equal(printed.settle(images), images)
    assert not torch.equal(printed.project(images), images)


def test_one_coil_is_its_own_null_space():
    mask = Mask(torch.ones(1, 1, 20, 20, dtype=torch.bool))
    maps = SensMaps(torch.ones(1, 1, 20, 20, dtype=torch.complex64))
    image = torch.zeros(1, 1, 20, 20, dtype=torch.complex64)
    image[..., 5:15, 6:14] = 1
    kspace = KSpace(image_to_kspace(coil_images(image, maps.maps)))
    projector = null_space_projector(Problem(kspace, mask, maps))
    values = projector.abs().flatten()
    assert bool(((values < 1e-6) | ((values - 1).abs() < 1e-5)).all())
