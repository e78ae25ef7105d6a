"""ESPIRiT finds the maps a scan was made with, the same ones every time."""

import sys

import pytest
import torch
from scans_of_coils import columns, projection_error, scan

from ksyn.coils.crop import ACS_SIDE
from ksyn.coils.espirit import BLOCK_BYTES, espirit
from ksyn.coils.sum_of_squares import sum_of_squares
from ksyn.coils.walsh import walsh
from ksyn.data import KSpace, Mask
from ksyn.errors import ShapeError
from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.phantoms import coil_maps, head_kspace
from ksyn.phantoms.coils import grid, phase
from ksyn.phantoms.scans import scan_of
from ksyn.phantoms.shepp_logan import shepp_logan


@pytest.fixture(scope="module", params=[(96, 96), (97, 91)], ids=["even", "odd"])
def clean(request):
    return scan(request.param)


def rss(maps):
    return maps.maps.abs().square().sum(dim=1).sqrt()


def test_maps_explain_the_images_without_noise(clean):
    kspace, mask, truth = clean
    assert projection_error(espirit(kspace, mask), truth) < 0.01


def test_maps_explain_the_images_with_noise():
    kspace, mask, truth = scan(noise=0.01)
    assert projection_error(espirit(kspace, mask), truth) < 0.02


def test_maps_have_norm_1_or_0(clean):
    kspace, mask, _ = clean
    magnitude = rss(espirit(kspace, mask))
    kept = magnitude > 0.5
    torch.testing.assert_close(magnitude, kept.float(), rtol=0, atol=1e-5)
    assert 0.3 < float(kept.float().mean()) < 1


def test_maps_are_the_true_ones_up_to_a_phase(clean):
    kspace, mask, truth = clean
    alike = (espirit(kspace, mask).maps.conj() * truth.maps).sum(dim=1).abs()
    inside = shepp_logan(kspace.matrix).real > 0.1
    assert float(alike[0, inside].quantile(0.05)) > 0.999


def test_same_scan_gives_the_same_maps(clean):
    kspace, mask, _ = clean
    assert torch.equal(espirit(kspace, mask).maps, espirit(kspace, mask).maps)


def test_maps_do_not_depend_on_the_unit_or_phase_of_the_scan(clean):
    kspace, mask, _ = clean
    other = kspace.with_samples(kspace.samples * (300 - 400j))
    torch.testing.assert_close(
        espirit(other, mask).maps, espirit(kspace, mask).maps, rtol=0, atol=2e-3
    )


def test_maps_follow_the_order_of_the_coils(clean):
    kspace, mask, _ = clean
    order = [3, 0, 5, 1, 4, 2]
    swapped = espirit(kspace.with_samples(kspace.samples[:, order]), mask).maps
    torch.testing.assert_close(swapped, espirit(kspace, mask).maps[:, order], rtol=0, atol=2e-3)


def test_virtual_coil_sees_no_phase(clean):
    kspace, mask, _ = clean
    maps = espirit(kspace, mask).maps
    combined = (kspace_to_image(kspace.samples) * maps.conj()).sum(dim=1)
    # The object's own phase is smooth, so the maps must not jump either.
    body = combined.abs() > 0.3 * combined.abs().max()
    jump = (maps[..., 1:] * maps[..., :-1].conj()).sum(dim=1).angle()
    assert float(jump[body[..., 1:] & body[..., :-1]].abs().quantile(0.95)) < 0.5


def test_frames_are_averaged(clean):
    kspace, mask, _ = clean
    half = kspace.samples / 2
    series = KSpace(torch.cat([half * 1.5, half * 0.5]))
    torch.testing.assert_close(
        espirit(series, mask).maps, espirit(kspace.with_samples(half), mask).maps, rtol=0, atol=2e-3
    )


def test_automatic_crop_keeps_the_object_and_drops_some_background():
    kspace, mask, truth = scan(noise=0.01)
    maps = espirit(kspace, mask, crop=None)
    assert projection_error(maps, truth) < 0.02
    assert 0.3 < float((rss(maps) > 0).float().mean()) < 0.99


@pytest.mark.parametrize("acs", [8, 12, 16, 24])
@pytest.mark.parametrize("noise", [0.001, 0.03])
def test_automatic_crop_keeps_the_object_whatever_the_centre(acs, noise):
    kspace = head_kspace((96, 96), 8, noise=noise)
    mask = columns((96, 96), acs_lines=acs)
    kept = rss(espirit(mask.apply(kspace), mask))[0] > 0
    image = kspace_to_image(head_kspace((96, 96), 8, noise=0.0).samples)[0]
    head = image.abs().square().sum(dim=0).sqrt()
    assert float(kept[head > 0.2 * head.max()].float().mean()) > 0.99


def test_automatic_crop_leaves_out_more_air_than_a_fixed_one():
    kspace, mask, _ = scan(noise=0.01)
    kept = [
        float((rss(espirit(kspace, mask, crop=crop)) > 0).float().mean()) for crop in (0.8, None)
    ]
    assert kept[1] < kept[0]


def floored(level):
    """Return a noisy scan of a head whose air shines, as in images stored as magnitude."""
    image = shepp_logan((96, 96)).abs().clamp_min(level) * torch.exp(1j * phase(*grid((96, 96)), 0))
    mask = columns((96, 96))
    return mask.apply(scan_of(image, coil_maps(6, (96, 96)), 0.01)), mask


@pytest.mark.parametrize(("level", "reaches"), [(0.0, False), (0.05, True)])
def test_automatic_crop_reaches_air_that_is_more_than_noise(level, reaches):
    kspace, mask = floored(level)
    kept = [
        float((rss(espirit(kspace, mask, crop=None, noise=noise)) > 0).float().mean())
        for noise in (None, 0.01)
    ]
    assert (kept[1] > kept[0]) == reaches


def test_higher_crop_keeps_less(clean):
    kspace, mask, _ = clean
    kept = [float(rss(espirit(kspace, mask, crop=crop)).mean()) for crop in (0.5, 0.8, 0.95)]
    assert kept == sorted(kept, reverse=True)
    assert kept[0] > kept[-1]


def test_a_second_set_explains_an_object_larger_than_the_field_of_view():
    wrapped = folded(coil_maps(6, (64, 96)).maps, 60)
    mask = columns((64, 60))
    kspace = KSpace(image_to_kspace(wrapped))
    one, two = (espirit(mask.apply(kspace), mask, n_sets=n) for n in (1, 2))
    assert two.n_sets == 2
    assert unexplained(two, wrapped) < 0.3 * unexplained(one, wrapped)


def folded(images, width):
    """Return the images as a field of view of that many columns shows them: wrapped around."""
    seen = torch.zeros(*images.shape[:-1], width, dtype=images.dtype)
    for x in range(10, images.shape[-1] - 10):
        seen[..., x % width] += images[..., x]
    return seen


def unexplained(maps, images):
    """Return how much of the coil images lies outside the span of the maps, pixel by pixel."""
    basis = maps.maps.permute(2, 3, 1, 0)
    vectors = images[0].permute(1, 2, 0)[..., None]
    left = vectors - basis @ (basis.mH @ vectors)
    return float(torch.linalg.vector_norm(left) / torch.linalg.vector_norm(vectors))


def test_memory_is_bounded_block_by_block(clean, monkeypatch):
    module = sys.modules["ksyn.coils.espirit"]
    sizes, original = [], module.leading_eigenvectors

    def watched(matrices, n):
        sizes.append(matrices.numel() * 8)
        return original(matrices, n)

    monkeypatch.setattr(module, "leading_eigenvectors", watched)
    monkeypatch.setattr(module, "BLOCK_BYTES", 100_000)
    kspace, mask, _ = clean
    small = espirit(kspace, mask)
    assert max(sizes) <= 100_000
    monkeypatch.undo()
    torch.testing.assert_close(small.maps, espirit(kspace, mask).maps, rtol=0, atol=2e-3)
    assert BLOCK_BYTES < 100 * 2**20


def test_a_centre_too_small_for_any_map_is_said():
    kspace = head_kspace((6, 9), 4, noise=0.002)
    with pytest.raises(ShapeError, match="no coil map in a calibration centre of 6 × 9"):
        espirit(kspace, Mask(torch.ones(1, 1, 6, 9, dtype=torch.bool)))


def test_centre_smaller_than_the_kernel_is_said():
    kspace, _, _ = scan()
    with pytest.raises(ShapeError, match="the kernel 6 × 6") as error:
        espirit(kspace, columns((96, 96), acs_lines=4), kernel=6)
    assert "ACS" in error.value.hint


def test_a_fully_sampled_scan_is_calibrated_by_its_centre_alone():
    _, _, truth = scan((128, 128), n_coils=3)
    full = Mask(torch.ones(1, 1, 128, 128, dtype=torch.bool))
    kspace = scan_of(shepp_logan((128, 128)), truth)
    centre = torch.zeros_like(full.samples)
    centre[
        ..., 64 - ACS_SIDE // 2 : 64 + ACS_SIDE // 2, 64 - ACS_SIDE // 2 : 64 + ACS_SIDE // 2
    ] = 1
    maps = espirit(kspace, full)
    assert projection_error(maps, truth) < 0.01
    assert torch.equal(maps.maps, espirit(kspace, Mask(centre)).maps)


def test_a_gpu_gives_what_the_cpu_gives(clean, gpu):
    kspace, mask, _ = clean
    there = espirit(kspace.to(gpu), mask.to(gpu)).maps.cpu()
    here = espirit(kspace, mask).maps
    assert float((there - here).abs().quantile(0.99)) < 1e-2


@pytest.mark.parametrize("estimate", [espirit, walsh, sum_of_squares])
def test_maps_of_partial_fourier_are_those_of_its_symmetric_centre(estimate):
    kspace, _, _ = scan(noise=0.001)
    half, centre = (torch.zeros(1, 1, 96, 96, dtype=torch.bool) for _ in range(2))
    half[..., :60] = True
    centre[..., 36:60] = True  # half of 24 is 12: the zero frequency is at 48
    found, expected = (estimate(m.apply(kspace), m).maps for m in (Mask(half), Mask(centre)))
    assert float((found - expected).abs().max()) < 1e-3
