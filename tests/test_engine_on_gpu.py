"""From scan to file, the engine gives on a GPU what it gives on the CPU, and hands back to it."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
import torch
from both_devices import REAL, assert_alike
from test_samples import Draws, DrawsMany

from ksyn.coils import MAPS
from ksyn.data import KSpace, Mask
from ksyn.device import device_of, has_bfloat16
from ksyn.io.result import WRITERS
from ksyn.masks import MASKS
from ksyn.masks.drawing import set_columns, set_disc, undo
from ksyn.masks.files import load_mask, save_mask
from ksyn.masks.point_spread import peak_sidelobe, point_spread
from ksyn.masks.text import mask_to_text, text_to_mask
from ksyn.methods import METHODS
from ksyn.metrics import METRICS
from ksyn.noise import complex_noise, noise_level
from ksyn.phantoms import head_kspace
from ksyn.pipeline import (
    Average,
    Preparation,
    Prepared,
    Sample,
    finish,
    hints_of,
    prepare,
    reference_of,
    run,
    stream,
)
from ksyn.recipe import DrawnMask, Input, MethodChoice, PatternMask, Recipe

MATRIX = (48, 44)
MIXED = Preparation(whiten=True, compress_to=3)


@pytest.fixture(scope="module")
def scan() -> KSpace:
    samples = head_kspace(MATRIX, 4, noise=0.001).samples
    return KSpace(torch.cat([samples, 0.5j * samples]))


@pytest.fixture(scope="module")
def mask() -> Mask:
    return PatternMask(name="uniform", options={"acceleration": 3, "acs_lines": 12}).draw(MATRIX)


@pytest.fixture(scope="module")
def noise_covariance() -> torch.Tensor:
    mixing = torch.eye(4) + 0.3 * complex_noise((4, 4), torch.Generator().manual_seed(3))
    return 1e-6 * mixing @ mixing.mH


def on_both(gpu: torch.device, scan: KSpace, mask: Mask, *settings, **parts):
    """Return what is prepared on the CPU and on the GPU."""
    parts.setdefault("reference", reference_of(scan))
    cpu = torch.device("cpu")
    return [prepare(scan, mask, *settings, device=device, **parts) for device in (cpu, gpu)]


def assert_prepared_alike(there: Prepared, here: Prepared) -> None:
    assert_alike(there.problem.kspace.samples, here.problem.kspace.samples)
    assert_alike(there.problem.mask.samples, here.problem.mask.samples)
    assert_alike(there.problem.sens_maps.maps, here.problem.sens_maps.maps)
    assert_alike(there.reference, here.reference)
    assert_alike(there.unit / there.scale, here.unit / here.scale)
    assert there.scale == pytest.approx(here.scale, rel=1e-3)
    assert there.problem.noise_level == pytest.approx(here.problem.noise_level, rel=1e-2)
    assert (there.maps, there.hints) == (here.maps, here.hints)


@pytest.mark.parametrize("maps", get_args(MAPS))
def test_a_problem_is_prepared_alike_with_all_kinds_of_maps(maps, scan, mask, gpu):
    here, there = on_both(gpu, scan, mask, Preparation(maps=maps))
    assert_prepared_alike(there, here)


@pytest.mark.parametrize("preparation", [Preparation(map_sets=2), MIXED, Preparation(map_crop=0)])
def test_a_problem_is_prepared_alike_however_its_coils_are_mixed(
    preparation, scan, mask, noise_covariance, gpu
):
    here, there = on_both(gpu, scan, mask, preparation, noise_covariance=noise_covariance)
    assert_prepared_alike(there, here)


def test_rough_maps_of_an_incomplete_centre_are_alike(scan, gpu):
    samples = torch.zeros(2, 1, *MATRIX, dtype=torch.bool)
    samples[0, ..., ::2], samples[1, ..., 1::2] = True, True
    samples[..., 22] = True
    here, there = on_both(gpu, scan, Mask(samples))
    assert "incomplete" in here.maps
    assert_prepared_alike(there, here)


def test_a_scan_that_is_on_the_gpu_already_stays_there(scan, mask, gpu):
    there = prepare(scan.to(gpu), mask.to(gpu), device=gpu, reference=reference_of(scan.to(gpu)))
    assert_prepared_alike(there, on_both(gpu, scan, mask)[0])


@pytest.mark.parametrize("method", [Draws(), DrawsMany()], ids=["one by one", "together"])
def test_samples_are_drawn_alike(method, scan, mask, gpu):
    pairs = (
        stream(prepared, method, seed=3, samples=3, together=2)
        for prepared in on_both(gpu, scan, mask)
    )
    for here, there in zip(*pairs, strict=True):
        assert type(there) is type(here)
        assert there.image.device == there.kspace.device == gpu
        if REAL:  # it draws other numbers
            continue
        assert_alike(there.image, here.image)
        assert_alike(there.kspace, here.kspace)
        if here.deviation is not None:
            assert_alike(there.deviation, here.deviation)
    assert isinstance(there, Average)
    assert there.deviation.device == gpu


def test_of_its_own_accord_a_gpu_draws_eight_frames_at_once(scan, mask, gpu):
    _, there = on_both(gpu, scan, mask)
    steps = list(stream(there, DrawsMany(), samples=5))
    drawn = [step.index for step in steps if isinstance(step, Sample)]
    assert drawn == [2, 4, 6, 8, 12]  # of two frames each, four came at the same time


@pytest.mark.parametrize("preparation", [Preparation(), MIXED], ids=["coils", "mixed coils"])
@pytest.mark.parametrize("suffix", sorted(writer.suffixes[0] for writer in WRITERS))
def test_a_result_comes_back_to_the_cpu_and_is_written(
    preparation, suffix, scan, mask, noise_covariance, tmp_path, gpu
):
    results = []
    for prepared in on_both(gpu, scan, mask, preparation, noise_covariance=noise_covariance):
        *_, last = stream(prepared, METHODS.get("zero-filled").of({}))
        last = replace(last, deviation=last.image.abs())
        recipe = Recipe(input=Input(path="demo"))
        results.append(finish(prepared, last, recipe, seconds=2.0, seconds_first_step=1.0))
    here, there = results
    for name in ("image", "kspace", "deviation"):
        found, expected = getattr(there, name), getattr(here, name)
        torch.testing.assert_close(
            found, expected, rtol=1e-3, atol=1e-3 * float(here.image.abs().max())
        )
    assert there.device == there.recipe.device == "cuda"
    assert there.scores == pytest.approx(here.scores, rel=1e-2)
    assert all(path.is_file() for path in there.save(tmp_path / f"out{suffix}"))


@pytest.mark.parametrize("device", ["cuda", "auto"])
def test_a_recipe_runs_on_the_gpu(device, gpu):
    recipe = Recipe(
        input=Input(path="demo"),
        mask=PatternMask(name="uniform", options={"acceleration": 4, "acs_lines": 16}),
        preparation=Preparation(maps="walsh", compress_to=4),
        method=MethodChoice(name="cg-sense", options={"iterations": 3}),
        device=device,
    )
    running = run(recipe)
    steps = list(running)
    assert all(step.image.device == gpu for step in steps)
    result = running.result()
    assert result.device == result.recipe.device == "cuda"
    assert not result.image.is_cuda
    assert result.scores["psnr"] > 20


def test_automatic_values_and_hints_are_alike(scan, mask, gpu):
    here, there = on_both(gpu, scan, mask)
    for method in METHODS:
        if not method.unavailable():
            chosen = method.of({})
            expected = chosen.automatic(here.problem)
            assert chosen.automatic(there.problem) == pytest.approx(expected, rel=0.05)
            assert hints_of(there, chosen) == hints_of(here, chosen)


@pytest.mark.parametrize("metric", list(METRICS), ids=lambda metric: metric.name)
def test_metrics_are_alike_wherever_their_images_are(metric, scan, gpu):
    reference = reference_of(scan)
    image = reference + 0.05 * torch.rand(reference.shape)
    expected = pytest.approx(metric(image, reference), rel=1e-3)
    assert metric(image.to(gpu), reference.to(gpu)) == expected
    assert metric(image, reference.to(gpu)) == expected
    assert metric(image.to(gpu), reference) == expected


@pytest.mark.parametrize("pattern", MASKS.names())
def test_masks_are_made_on_the_cpu_by_the_generator_of_either_device(pattern, gpu):
    pattern = MASKS.get(pattern).of({})
    here, there = (
        pattern.draw((128, 120), torch.Generator(device).manual_seed(5)).samples
        for device in ("cpu", gpu)
    )
    assert not there.is_cuda
    assert REAL or torch.equal(there, here)


@pytest.mark.parametrize("pattern", ["uniform", "poisson"])
def test_what_is_asked_of_a_mask_is_answered_on_the_gpu(pattern, tmp_path, gpu):
    here = PatternMask(name=pattern, options={"acceleration": 4}).draw((64, 60))
    there = here.to(gpu)
    assert_alike(point_spread(there), point_spread(here))
    assert peak_sidelobe(there) == pytest.approx(peak_sidelobe(here), rel=1e-3)
    assert there.acceleration == here.acceleration
    save_mask(there, tmp_path / "mask.npy")
    assert torch.equal(load_mask(tmp_path / "mask.npy").samples, here.samples)
    assert torch.equal(text_to_mask(mask_to_text(there), (1, 64, 60)).samples, here.samples)
    assert DrawnMask.of(there) == DrawnMask.of(here)


@pytest.mark.parametrize(
    "draw",
    [
        lambda mask: set_columns(mask, 3, 9),
        lambda mask: set_disc(mask, (20.0, 20.0), 6.0, measured=False),
    ],
)
def test_masks_are_drawn_alike(draw, mask, gpu):
    here, there = draw(mask), draw(mask.to(gpu))
    assert_alike(there.mask.samples, here.mask.samples)
    assert_alike(undo(there.mask, there.changed).samples, mask.samples)


def test_noise_is_drawn_on_the_generators_device_and_measured_on_its_own(scan, gpu):
    assert complex_noise((3, 4), torch.Generator(gpu)).device == gpu
    assert noise_level(scan.samples.to(gpu)) == pytest.approx(noise_level(scan.samples))


def test_the_device_is_chosen_by_name(gpu):
    assert device_of("cuda").type == device_of("auto").type == "cuda"
    assert device_of("cpu").type == "cpu"
    assert isinstance(has_bfloat16(gpu), bool)
