"""Made-up scans: known shapes, known coils, known noise; sampled or in closed form."""

from __future__ import annotations

import math

import pytest
import torch

from ksyn.fourier import image_to_kspace, kspace_to_image, resize_centred
from ksyn.phantoms import (
    FIELD_OF_VIEW,
    beating_heart,
    coil_maps,
    demo_kspace,
    head_image,
    head_kspace,
    scan_of,
    shepp_logan,
)
from ksyn.phantoms.head import head
from ksyn.phantoms.heart import contraction
from ksyn.phantoms.shapes import Curve, area, coverage, ellipse, inset, spectrum, stroke
from ksyn.phantoms.tissues import SEQUENCES, TISSUES

CONTRASTS = ["t1", "t2", "pd", "flair"]
MATRICES = [(64, 64), (65, 48)]


def kspace_of_curves(curves: list[Curve], matrix: tuple[int, int]) -> torch.Tensor:
    ky, kx = ((torch.arange(n) - n // 2).double() / FIELD_OF_VIEW for n in matrix)
    pixels = matrix[0] * matrix[1]
    return spectrum(curves, ky, kx) * (math.sqrt(pixels) / FIELD_OF_VIEW**2)


def sampled_kspace(image: torch.Tensor, matrix: tuple[int, int], finer: int) -> torch.Tensor:
    return resize_centred(image_to_kspace(image), matrix) / finer


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("backwards", [False, True])
def test_coverage_adds_up_to_the_area(matrix: tuple[int, int], backwards: bool) -> None:
    curve = ellipse((0.01, -0.02), (0.06, 0.04), 0.4)
    inside = coverage([curve.flip(0) if backwards else curve], matrix, FIELD_OF_VIEW)
    pixel = FIELD_OF_VIEW**2 / (matrix[0] * matrix[1])
    assert float(inside.sum()) * pixel == pytest.approx(math.pi * 0.06 * 0.04, rel=1e-3)
    assert inside.min() > -1e-5
    assert inside.max() < 1 + 1e-5


def test_coverage_of_a_box_is_known_to_the_pixel() -> None:
    box = torch.tensor([[-1.0, -1.75], [-1.0, 1.0], [1.5, 1.0], [1.5, -1.75]]).double()
    inside = coverage([box], (4, 4), 4.0)
    # Pixel j covers j − 2.5 … j − 1.5.
    along_y, along_x = torch.tensor([0, 0.5, 1, 1]), torch.tensor([0.25, 1, 1, 0.5])
    assert torch.allclose(inside, along_y[:, None] * along_x)


def test_what_reaches_out_of_the_field_of_view_is_cut() -> None:
    inside = coverage([ellipse((0, 0), (0.5, 0.5))], (8, 9), FIELD_OF_VIEW)
    assert torch.allclose(inside, torch.ones(8, 9))


def test_a_hole_is_left_out() -> None:
    ring = [ellipse((0, 0), (0.05, 0.05)), ellipse((0, 0), (0.03, 0.03)).flip(0)]
    inside = coverage(ring, (64, 64), FIELD_OF_VIEW)
    assert inside[32, 32] == pytest.approx(0, abs=1e-6)
    assert inside[32, 32 + 10] == pytest.approx(1, abs=1e-6)


def test_strokes_and_insets_have_the_width_asked_for() -> None:
    path = torch.linspace(-0.05, 0.05, 50).double()[:, None] * torch.tensor([0.6, 0.8])
    assert abs(area([stroke(path, torch.full((50,), 2e-3).double())])) == pytest.approx(2e-4)
    circle = ellipse((0, 0), (0.05, 0.05), vertices=400)
    smaller = inset(circle, torch.full((400,), 0.01).double())
    assert area([smaller]) == pytest.approx(math.pi * 0.04**2, rel=1e-3)


@pytest.mark.parametrize("matrix", MATRICES)
def test_the_spectrum_of_a_box_is_a_sinc(matrix: tuple[int, int]) -> None:
    h, w = 0.03, 0.05
    box = torch.tensor([[-h, -w], [-h, w], [h, w], [h, -w]]).double()
    ky, kx = ((torch.arange(n) - n // 2).double() / FIELD_OF_VIEW for n in matrix)
    expected = 4 * h * w * torch.sinc(2 * h * ky)[:, None] * torch.sinc(2 * w * kx)
    assert torch.allclose(spectrum([box], ky, kx).real.double(), expected, atol=1e-8)
    assert spectrum([box], ky, kx).imag.abs().max() < 1e-8


def test_a_shift_of_a_curve_is_a_phase_of_its_spectrum() -> None:
    ky, kx = torch.linspace(-100, 90, 7).double(), torch.linspace(-80, 120, 6).double()
    still, moved = (spectrum([ellipse(c, (0.02, 0.03))], ky, kx) for c in ((0, 0), (0.01, -0.03)))
    phase = torch.exp(-2j * math.pi * (ky[:, None] * 0.01 - kx * 0.03))
    assert torch.allclose(moved, (still * phase).to(torch.complex64), atol=1e-8)


@pytest.mark.parametrize("matrix", MATRICES)
def test_sampled_k_space_of_an_ellipse_tends_to_the_closed_form(matrix: tuple[int, int]) -> None:
    curve = ellipse((0.01, -0.02), (0.06, 0.04), 0.4)
    exact = kspace_of_curves([curve], matrix)
    errors = []
    for finer in (1, 2, 4):
        image = coverage([curve], (matrix[0] * finer, matrix[1] * finer), FIELD_OF_VIEW)
        sampled = sampled_kspace(image.to(torch.complex64), matrix, finer)
        errors.append(float((sampled - exact).norm() / exact.norm()))
    assert errors[1] < 0.3 * errors[0]
    assert errors[2] < 0.3 * errors[1]


@pytest.mark.parametrize("matrix", [(48, 48), (45, 56)])
def test_sampled_k_space_of_a_head_tends_to_the_closed_form(matrix: tuple[int, int]) -> None:
    exact = head_kspace(matrix, 3, noise=0, seed=4, analytic=True).samples[0]
    errors = []
    for finer in (2, 6):
        fine = (matrix[0] * finer, matrix[1] * finer)
        sampled = head_kspace(fine, 3, noise=0, seed=4).samples[0]
        sampled = resize_centred(sampled, matrix) / finer
        errors.append(float((sampled - exact).norm() / exact.norm()))
    assert errors[1] < 0.2 * errors[0]
    assert errors[1] < 5e-3


def test_a_scan_in_closed_form_shows_the_head() -> None:
    scan = head_kspace((64, 64), 4, noise=0, analytic=True)
    image = (kspace_to_image(scan.samples[0]) * coil_maps(4, (64, 64)).maps[0].conj()).sum(dim=0)
    truth = head_image((64, 64))
    # Truncated at the matrix, it rings where the pixels' averages do not.
    assert float((image - truth).norm() / truth.norm()) < 0.15


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("matrix", [(64, 64), (65, 48), (33, 90)])
def test_a_head_is_bounded_and_surrounded_by_air(contrast: str, matrix: tuple[int, int]) -> None:
    image = head_image(matrix, contrast=contrast, seed=1).abs()
    assert image.shape == matrix
    assert 0.6 < image.max() <= 1.01
    assert max(image[0].max(), image[-1].max(), image[:, 0].max(), image[:, -1].max()) == 0


def test_matrices_show_the_same_head() -> None:
    fine, coarse = (head_image((n, n), seed=2, smooth_phase=False).real for n in (192, 64))
    # 3 × 3 fine pixels about each coarse one: both grids have their middle pixel at the origin.
    averaged = torch.nn.functional.avg_pool2d(fine[None, None], 3, padding=1)[0, 0]
    assert (averaged - coarse).abs().mean() < 0.01 * coarse.mean()


@pytest.mark.parametrize(
    ("contrast", "bright", "dark"),
    [
        ("t1", "white", "grey"),
        ("t1", "grey", "csf"),
        ("t1", "fat", "white"),
        ("t2", "csf", "grey"),
        ("t2", "grey", "white"),
        ("t2", "lesion", "white"),
        ("pd", "grey", "white"),
        ("flair", "lesion", "grey"),
        ("flair", "grey", "white"),
        ("flair", "white", "csf"),
        ("t1", "marrow", "bone"),
    ],
)
def test_contrasts_have_the_signs_radiologists_know(contrast: str, bright: str, dark: str) -> None:
    signal = SEQUENCES[contrast].signal
    assert signal(TISSUES[bright]) > 1.1 * signal(TISSUES[dark])


def test_the_sequence_is_the_spin_echo_equation() -> None:
    white, echo = TISSUES["white"], SEQUENCES["t1"]
    recovered = white.density * (1 - math.exp(-echo.repetition / white.t1))
    assert echo.signal(white) == pytest.approx(recovered * math.exp(-echo.echo / white.t2))


@pytest.mark.parametrize("seed", range(6))
def test_every_person_has_all_tissues_and_all_fit_in_the_field_of_view(seed: int) -> None:
    regions = head(seed)
    assert {region.tissue for region in regions} >= set(TISSUES) - {"air"}
    reach = max(float(curve.abs().max()) for region in regions for curve in region.curves)
    assert reach < FIELD_OF_VIEW / 2


@pytest.mark.parametrize("seed", range(4))
def test_what_is_painted_lies_within_what_it_is_painted_over(seed: int) -> None:
    regions = head(seed)
    matrix = (192, 192)
    shown = {"air": torch.ones(matrix)}
    for region in regions:
        part = coverage(region.curves, matrix, FIELD_OF_VIEW)
        shown[region.tissue] = shown.get(region.tissue, torch.zeros(matrix)) + part
        shown[region.beneath] = shown[region.beneath] - part
    # A negative share is a place painted over what was not there.
    lacking = sum(float((-share.clamp_max(0)).sum()) for share in shown.values())
    assert lacking < 2e-4 * matrix[0] * matrix[1]


def test_persons_differ_and_are_repeated() -> None:
    first, again, other = (head_image((64, 64), seed=seed) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert (first.abs() - other.abs()).norm() > 0.1 * first.norm()


def test_the_global_generator_is_left_alone() -> None:
    torch.manual_seed(0)
    before = torch.random.get_rng_state()
    head_kspace((32, 32), 2)
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_phase_is_smooth_and_can_be_left_out() -> None:
    image = head_image((128, 128), seed=1)
    turns = (image[1:] * image[:-1].conj())[image[1:].abs().minimum(image[:-1].abs()) > 0.1]
    assert image.imag.abs().max() > 0.1
    assert turns.angle().abs().max() < 0.1
    assert head_image((16, 16), smooth_phase=False).imag.abs().max() == 0


@pytest.mark.parametrize("n_coils", [1, 4, 9])
@pytest.mark.parametrize("matrix", MATRICES)
def test_coil_maps_are_smooth_with_root_sum_of_squares_1(
    n_coils: int, matrix: tuple[int, int]
) -> None:
    maps = coil_maps(n_coils, matrix, seed=2).maps
    assert maps.shape == (1, n_coils, *matrix)
    assert torch.allclose(maps.abs().square().sum(dim=1), torch.ones(1, *matrix), atol=1e-5)
    middle = maps[..., matrix[0] // 4 : -matrix[0] // 4, matrix[1] // 4 : -matrix[1] // 4]
    assert middle.diff(dim=-1).abs().max() < 0.12


def test_coils_see_different_things() -> None:
    maps = coil_maps(8, (48, 48)).maps[0, :, 8:40, 8:40].flatten(1)
    overlap = (maps @ maps.conj().T).abs() / maps.norm(dim=1).outer(maps.norm(dim=1))
    assert (overlap - torch.eye(8)).max() < 0.85


@pytest.mark.parametrize("matrix", MATRICES)
def test_a_scan_without_noise_gives_its_image_back(matrix: tuple[int, int]) -> None:
    image, maps = head_image(matrix), coil_maps(4, matrix)
    combined = (kspace_to_image(scan_of(image, maps).samples[0]) * maps.maps[0].conj()).sum(dim=0)
    assert torch.allclose(combined, image, atol=1e-5)


def test_noise_has_the_level_asked_for_in_each_part() -> None:
    clean, noisy = (head_kspace((64, 64), 4, noise=level).samples for level in (0.0, 0.05))
    noise = torch.view_as_real(noisy - clean).flatten(0, -2)
    assert noise.std(dim=0).tolist() == pytest.approx([0.05, 0.05], rel=0.03)


def test_the_demo_is_a_scan_of_8_coils() -> None:
    scan = demo_kspace()
    assert scan.samples.shape == (1, 8, 256, 256)
    assert scan.samples.dtype == torch.complex64
    assert scan.voxel_size == pytest.approx((0.24 / 256, 0.24 / 256))
    assert torch.equal(scan.samples, demo_kspace().samples)


def test_the_heart_beats_and_the_chest_does_not() -> None:
    frames = beating_heart((96, 96), 8).abs()
    moving = frames.std(dim=0)
    assert frames.shape == (8, 96, 96)
    assert frames.max() <= 1
    assert moving[:, :8].max() == 0
    assert moving.max() > 0.2
    assert frames[0].sum() > frames[3].sum()


def test_the_beat_is_periodic() -> None:
    assert contraction(0.0) == pytest.approx(contraction(1.0)) == 0
    assert contraction(0.35) == pytest.approx(1)


def test_the_ejected_part_is_what_was_asked_for() -> None:
    # Blood in the left ventricle is the only thing as bright as 1.
    frames = beating_heart((384, 384), 20, ejection=0.5, smooth_phase=False).real
    blood = (frames > 0.99).sum(dim=(1, 2)).float()
    assert float(blood[7] / blood[0]) == pytest.approx(0.5, abs=0.06)


def test_shepp_logan_has_the_published_grey_levels() -> None:
    image = shepp_logan((256, 256)).real
    assert image[128, 128] == pytest.approx(0.2, abs=1e-4)
    assert image[128, 128 - 28] == pytest.approx(0.0, abs=1e-4)
    assert image[128 - 45, 128] == pytest.approx(0.3, abs=1e-4)
    assert image.max() == pytest.approx(1.0, abs=1e-4)
    assert image[0, 0] == 0
