"""From recipe to result: units, coils, seeds and references end up where they belong."""

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch

from ksyn.data import KSpace, Mask, Problem, Step
from ksyn.encoding import Encoding
from ksyn.errors import DeviceError, KsynError, OptionError, ReadError, ShapeError
from ksyn.fourier import kspace_to_image
from ksyn.io import open_scan
from ksyn.methods.cg_sense import CgSense
from ksyn.methods.protocol import Method
from ksyn.methods.zero_filled import ZeroFilled
from ksyn.noise import complex_noise
from ksyn.phantoms import head_kspace
from ksyn.pipeline import (
    Average,
    Preparation,
    Run,
    finish,
    prepare,
    reference_of,
    run,
    stream,
    zero_filled,
)
from ksyn.recipe import AsAcquired, DrawnMask, FileMask, Input, MethodChoice, PatternMask, Recipe


@cache
def head(matrix=(48, 44), n_coils=4):
    return head_kspace(matrix, n_coils, noise=0.001)


def columns(matrix, step=3, acs=16, frames=1):
    samples = torch.zeros(frames, 1, *matrix, dtype=torch.bool)
    samples[..., ::step] = True
    middle = matrix[1] // 2
    samples[..., middle - acs // 2 : middle + acs // 2] = True
    return Mask(samples)


def full(matrix):
    return Mask(torch.ones(1, 1, *matrix, dtype=torch.bool))


def mixed_coils(kspace, covariance_seed=3):
    """Correlate the coils' noise, as a real array does."""
    rng = torch.Generator().manual_seed(covariance_seed)
    n = kspace.n_coils
    mixing = torch.eye(n, dtype=torch.complex64) + 0.3 * complex_noise((n, n), rng)
    return mixing @ mixing.mH


class Draws(Method):
    """Yield noise around the zero-filled image: a sampler that is quick."""

    name: ClassVar[str] = "draws"
    title: ClassVar[str] = "Draws"
    when: ClassVar[str] = "In tests."

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        encoding = Encoding(problem)
        for index in range(3):
            noise = complex_noise(tuple(problem.kspace.samples.shape), rng)
            kspace = problem.kspace.samples + 0.1 * noise
            image = (kspace_to_image(kspace) * problem.sens_maps.maps.conj()).sum(1)
            residual = encoding.residual(kspace, problem.kspace.samples)
            yield Step(image, kspace, index, 3, {"data_residual": residual})


class Greedy(ZeroFilled):
    """Ask for more memory than there is."""

    title: ClassVar[str] = "Greedy"

    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        yield from super().stream(problem, rng)
        raise torch.OutOfMemoryError("CUDA out of memory")


def result_of(prepared):
    *_, last = stream(prepared, ZeroFilled())
    recipe = Recipe(input=Input(path="demo"))
    return finish(prepared, last, recipe, seconds=2.0, seconds_first_step=1.0)


# The zero-filled image -----------------------------------------------------------------------


@pytest.mark.parametrize("matrix", [(16, 16), (15, 18), (17, 13)])
def test_zero_filled_is_the_root_sum_of_squares_of_what_was_measured(matrix, rng):
    kspace = KSpace(complex_noise((2, 3, *matrix), rng))
    mask = columns(matrix, acs=4)
    images = kspace_to_image(mask.samples * kspace.samples)
    expected = torch.linalg.vector_norm(images, dim=1)
    torch.testing.assert_close(zero_filled(kspace, mask), expected)


def test_reference_of_a_complete_kspace_is_its_root_sum_of_squares():
    kspace = head()
    torch.testing.assert_close(reference_of(kspace), zero_filled(kspace, full(kspace.matrix)))


def test_reference_of_a_scan_is_its_own():
    torch.testing.assert_close(
        reference_of(open_scan("demo")), reference_of(open_scan("demo").kspace())
    )


# Preparing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("gain", [1.0, 1e-6, 1e6])
def test_the_problem_does_not_depend_on_the_scanners_units(gain):
    kspace, mask = head(), columns(head().matrix)
    plain = prepare(kspace, mask)
    scaled = prepare(kspace.with_samples(gain * kspace.samples), mask)
    assert scaled.scale == pytest.approx(gain * plain.scale, rel=1e-4)
    torch.testing.assert_close(
        scaled.problem.kspace.samples, plain.problem.kspace.samples, rtol=1e-4, atol=1e-5
    )


def test_the_robust_maximum_of_the_zero_filled_image_is_one():
    prepared = prepare(head(), columns(head().matrix))
    image = zero_filled(prepared.problem.kspace, prepared.problem.mask)
    assert float(torch.quantile(image, 0.995)) == pytest.approx(1, abs=0.02)


def test_samples_that_the_mask_leaves_out_are_gone_from_the_problem():
    mask = columns(head().matrix)
    prepared = prepare(head(), mask)
    assert not prepared.problem.kspace.samples[..., ~mask.samples[0, 0]].any()


def test_the_problem_does_not_know_the_reference():
    mask = columns(head().matrix)
    without = prepare(head(), mask)
    with_reference = prepare(head(), mask, reference=reference_of(head()))
    assert with_reference.reference is not None
    assert torch.equal(with_reference.problem.kspace.samples, without.problem.kspace.samples)
    assert torch.equal(with_reference.problem.sens_maps.maps, without.problem.sens_maps.maps)


def test_the_callers_kspace_is_not_changed():
    before = head().samples.clone()
    prepare(head(), columns(head().matrix))
    assert torch.equal(head().samples, before)


@pytest.mark.parametrize("maps", ["espirit", "walsh", "sum-of-squares"])
def test_a_full_mask_gives_the_reference_back(maps):
    kspace = head()
    reference = reference_of(kspace)
    preparation = Preparation(maps=maps, map_crop=0)
    result = result_of(prepare(kspace, full(kspace.matrix), preparation, reference=reference))
    assert result.scores["nrmse"] < 0.02
    torch.testing.assert_close(result.kspace, kspace.samples, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "preparation",
    [Preparation(whiten=True), Preparation(compress_to=4), Preparation(whiten=True, compress_to=4)],
    ids=["whitened", "compressed", "both"],
)
def test_mixing_all_coils_changes_neither_units_nor_coils_of_the_result(preparation):
    kspace = head()
    prepared = prepare(
        kspace,
        full(kspace.matrix),
        preparation,
        reference=reference_of(kspace),
        noise_covariance=mixed_coils(kspace),
    )
    result = result_of(prepared)
    assert result.scores["nrmse"] < 0.05
    torch.testing.assert_close(result.kspace, kspace.samples, rtol=1e-3, atol=1e-5)


def test_whitened_noise_has_the_same_level_in_every_coil_and_no_correlation():
    rng = torch.Generator().manual_seed(0)
    covariance = mixed_coils(head())
    root = torch.linalg.cholesky(covariance)
    noise = torch.einsum("oc,fcyx->foyx", root, complex_noise((1, 4, 64, 64), rng))
    kspace = KSpace(noise)
    prepared = prepare(
        kspace, full((64, 64)), Preparation(whiten=True), noise_covariance=covariance
    )
    seen = prepared.problem.kspace.samples[0].flatten(1)
    correlation = seen @ seen.mH
    diagonal = correlation.diagonal().real
    torch.testing.assert_close(
        correlation / diagonal.mean(), torch.eye(4, dtype=torch.complex64), atol=0.06, rtol=0
    )


def test_measured_noise_is_told_in_the_units_of_the_problem():
    rng = torch.Generator().manual_seed(0)
    covariance = 2 * 3.0**2 * torch.eye(2, dtype=torch.complex64)
    kspace = KSpace(3.0 * complex_noise((1, 2, 64, 64), rng))
    for preparation in (Preparation(), Preparation(whiten=True), Preparation(compress_to=1)):
        prepared = prepare(kspace, full((64, 64)), preparation, noise_covariance=covariance)
        seen = prepared.problem.kspace.samples.real.std()
        assert prepared.problem.noise_level == pytest.approx(float(seen), rel=0.05)


@pytest.mark.parametrize("off", [1e-3, 1e3])
def test_noise_readouts_on_another_scale_than_the_scan_do_not_count(off):
    kspace = head_kspace((64, 64), 4, noise=0.02)
    covariance = (off * 0.02) ** 2 * 2 * torch.eye(4, dtype=torch.complex64)
    misled = prepare(kspace, columns((64, 64)), noise_covariance=covariance)
    own = prepare(kspace, columns((64, 64)))
    assert misled.problem.noise_level == own.problem.noise_level
    torch.testing.assert_close(misled.problem.sens_maps.maps, own.problem.sens_maps.maps)


def test_outside_the_maps_the_unit_is_that_of_the_rest():
    kspace = head()
    covariance = 1e-10 * mixed_coils(kspace)
    prepared = prepare(
        kspace, full(kspace.matrix), Preparation(whiten=True), noise_covariance=covariance
    )
    assert float(prepared.unit.max() / prepared.unit.min()) < 5


def test_compressed_coils_are_as_few_as_asked_for():
    prepared = prepare(head(), columns(head().matrix), Preparation(compress_to=2))
    assert prepared.problem.kspace.n_coils == prepared.problem.sens_maps.n_coils == 2
    assert result_of(prepared).kspace.shape == head().samples.shape


def test_more_virtual_coils_than_coils_change_nothing():
    assert prepare(head(), columns(head().matrix), Preparation(compress_to=9)).mixing is None


def test_without_a_calibration_region_the_low_resolution_centre_does():
    matrix = head().matrix
    rng = torch.Generator().manual_seed(0)
    samples = torch.rand(1, 1, *matrix, generator=rng) < 0.5
    samples[..., matrix[0] // 2, matrix[1] // 2] = True
    prepared = prepare(head(), Mask(samples))
    assert prepared.maps.startswith("sum-of-squares")
    norm = torch.linalg.vector_norm(prepared.problem.sens_maps.maps, dim=1)
    assert float(norm.max()) == pytest.approx(1, abs=1e-3)


def test_a_mask_without_any_centre_is_refused_with_a_way_out():
    samples = columns(head().matrix).samples.clone()
    samples[..., 10:34] = False
    with pytest.raises(ShapeError) as caught:
        prepare(head(), Mask(samples))
    assert "ACS" in caught.value.hint


def test_a_mask_that_keeps_nothing_is_refused():
    nothing = Mask(torch.zeros(1, 1, *head().matrix, dtype=torch.bool))
    with pytest.raises(ShapeError, match="no sample"):
        prepare(head(), nothing)


def test_a_mask_of_another_matrix_is_refused():
    with pytest.raises(ShapeError, match=r"\(48, 44\)"):
        prepare(head(), full((48, 45)))


def test_a_series_keeps_its_frames():
    series = KSpace(torch.cat([head().samples, 2 * head().samples]))
    mask = columns(head().matrix, frames=2)
    assert result_of(prepare(series, mask)).image.shape == (2, 48, 44)


# Streaming -----------------------------------------------------------------------------------


def prepared_head():
    return prepare(head(), columns(head().matrix), reference=reference_of(head()))


def test_the_seed_decides():
    prepared = prepared_head()
    first, again, other = ([s.image for s in stream(prepared, Draws(), n)][-1] for n in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_samples_take_one_seed_after_the_other_and_are_numbered_through():
    prepared = prepared_head()
    steps = list(stream(prepared, Draws(), seed=5, samples=3))
    singles = [list(stream(prepared, Draws(), seed=n))[-1].image for n in (5, 6, 7)]
    assert [step.index for step in steps] == list(range(12))
    assert {step.total for step in steps} == {12}
    assert all(torch.equal(steps[i].image, x) for i, x in zip((2, 6, 10), singles, strict=True))


def test_the_average_is_the_complex_mean_with_its_standard_deviation():
    prepared = prepared_head()
    *_, last = stream(prepared, Draws(), seed=5, samples=4)
    images = torch.stack([list(stream(prepared, Draws(), n))[-1].image for n in (5, 6, 7, 8)])
    assert isinstance(last, Average)
    torch.testing.assert_close(last.image, images.mean(0))
    expected = (images - images.mean(0)).abs().square().sum(0).div(3).sqrt()
    torch.testing.assert_close(last.deviation, expected, rtol=1e-4, atol=1e-6)


def test_the_residual_of_the_average_is_that_of_its_own_kspace():
    prepared = prepared_head()
    *_, last = stream(prepared, Draws(), samples=4)
    problem = prepared.problem
    expected = Encoding(problem).residual(last.kspace, problem.kspace.samples)
    assert last.scalars["data_residual"] == pytest.approx(expected)


def test_no_memory_left_is_an_error_with_a_way_out():
    with pytest.raises(DeviceError, match="no memory left for Greedy") as caught:
        list(stream(prepared_head(), Greedy()))
    assert "compress_to" in caught.value.hint


@pytest.mark.parametrize("samples", [1, 2])
def test_a_stream_makes_no_step_too_many_and_closes_the_method(samples):
    log: list[int | str] = []

    class Noted(Draws):
        def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
            try:
                for step in Draws.stream(self, problem, rng):
                    log.append(step.index)
                    yield step
            finally:
                log.append("closed")

    steps = stream(prepared_head(), Noted(), samples=samples)
    next(steps)
    assert log == [0]
    steps.close()
    assert log == [0, "closed"]
    assert next(steps, None) is None


@pytest.mark.parametrize("acs", [2, 10])
@pytest.mark.parametrize("maps", ["espirit", "walsh", "sum-of-squares"])
def test_what_the_mask_leaves_out_changes_nothing(maps, acs):
    kspace, mask = head(), columns(head().matrix, acs=acs)
    hidden = kspace.with_samples(torch.where(mask.samples, kspace.samples, 9j))
    problems = [prepare(k, mask, Preparation(maps=maps)).problem for k in (kspace, hidden)]
    first, second = problems
    assert torch.equal(first.kspace.samples, second.kspace.samples)
    assert torch.equal(first.sens_maps.maps, second.sens_maps.maps)
    assert first.noise_level == second.noise_level


def test_a_system_that_one_iteration_solves_stays_solved():
    # With a single coil the normal operator is a projection: every iteration after the first
    # would divide rounding errors by rounding errors.
    kspace = head(n_coils=1)
    prepared = prepare(kspace, columns(kspace.matrix))
    images = [step.image for step in stream(prepared, CgSense(iterations=30))]
    torch.testing.assert_close(images[-1], images[0], rtol=0, atol=1e-5)


# Results -------------------------------------------------------------------------------------


def test_scores_are_those_of_the_image_in_the_scans_units():
    from ksyn.metrics import scores

    result = result_of(prepared_head())
    expected = scores(result.image, reference_of(head()))
    assert result.scores == pytest.approx(expected, rel=1e-3)


def test_without_a_reference_there_are_no_scores():
    assert result_of(prepare(head(), columns(head().matrix))).scores is None


def test_the_time_a_consumer_takes_is_not_counted():
    steps = Run(prepared_head(), Recipe(input=Input(path="demo")))
    for _ in steps:
        time.sleep(0.3)
    result = steps.result()
    assert result.seconds - steps.prepared.seconds < 0.25
    assert result.steps == 1


def test_there_is_no_result_before_the_first_step():
    with pytest.raises(KsynError, match="no result yet"):
        Run(prepared_head(), Recipe(input=Input(path="demo"))).result()


# Recipes -------------------------------------------------------------------------------------


@pytest.fixture
def scan(tmp_path) -> Path:
    path = tmp_path / "scan.npy"
    np.save(path, head().samples[0].numpy())
    return path


def recipe_for(scan, **changes):
    mask = PatternMask(name="uniform", options={"acceleration": 3, "acs_lines": 16})
    return Recipe(input=Input(path=str(scan)), **{"mask": mask, **changes})


def finished(recipe):
    steps = run(recipe)
    for _ in steps:
        pass
    return steps.result()


def test_the_same_recipe_gives_the_same_bits(scan, tmp_path):
    first = finished(recipe_for(scan, seed=3))
    first.save(tmp_path / "a.npy")
    again = finished(Recipe.load(tmp_path / "a.npy.recipe.yaml"))
    assert torch.equal(again.image, first.image)
    assert torch.equal(again.kspace, first.kspace)
    assert again.recipe == first.recipe


@pytest.mark.parametrize("samples", [1, 2])
def test_the_recipe_of_a_stopped_run_makes_what_it_had_reached(scan, tmp_path, samples):
    method = MethodChoice(name="cg-sense", options={"iterations": 6})
    steps = run(recipe_for(scan, method=method, samples=samples))
    for step in steps:
        if step.index == 3:
            break
    stopped = steps.result()
    assert stopped.recipe.stop_after == 4
    stopped.save(tmp_path / "a.npy")
    again = finished(Recipe.load(tmp_path / "a.npy.recipe.yaml"))
    assert again.steps == stopped.steps == 4
    assert torch.equal(again.image, stopped.image)
    assert again.recipe == stopped.recipe


def test_the_recipe_of_a_whole_run_stops_nowhere(scan):
    assert finished(recipe_for(scan)).recipe.stop_after is None


def test_every_kind_of_mask_measures_the_same_samples(scan, tmp_path):
    from ksyn.masks import MASKS
    from ksyn.masks.files import save_mask

    pattern = MASKS.get("uniform").of({"acceleration": 3, "acs_lines": 16})
    mask = pattern.draw(head().matrix, torch.Generator().manual_seed(0))
    save_mask(mask, tmp_path / "mask.npy")
    choices = [FileMask(path=str(tmp_path / "mask.npy")), DrawnMask.of(mask)]
    images = [finished(recipe_for(scan, mask=choice)).image for choice in choices]
    expected = finished(recipe_for(scan)).image
    assert all(torch.equal(image, expected) for image in images)


def test_a_mask_keeps_only_what_the_scan_has(tmp_path):
    path = tmp_path / "under.npy"
    undersampled = columns(head().matrix, step=2).apply(head())
    np.save(path, undersampled.samples[0].numpy())
    full_mask = finished(recipe_for(path, mask=PatternMask(name="full")))
    as_acquired = finished(recipe_for(path, mask=AsAcquired()))
    assert full_mask.acceleration == pytest.approx(as_acquired.acceleration)
    assert torch.equal(full_mask.image, as_acquired.image)
    assert full_mask.scores is None


def test_one_frame_of_a_series_is_reconstructed_alone(tmp_path):
    path = tmp_path / "series.npy"
    np.save(path, torch.cat([head().samples, 2 * head().samples]).numpy())
    both, second = finished(recipe_for(path)), finished(recipe_for(path, frame=1))
    assert (both.image.shape[0], second.image.shape[0]) == (2, 1)
    torch.testing.assert_close(second.image, both.image[1:], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("changes", [{"slice": 1}, {"frame": 1}])
def test_a_slice_or_frame_that_is_not_there_is_refused(scan, changes):
    with pytest.raises(OptionError, match="There is no"):
        run(recipe_for(scan, **changes))


def test_a_mask_file_of_another_matrix_is_refused(scan, tmp_path):
    np.save(tmp_path / "mask.npy", np.ones((5, 5)))
    with pytest.raises(ShapeError, match=r"\(5, 5\)"):
        run(recipe_for(scan, mask=FileMask(path=str(tmp_path / "mask.npy"))))


def test_a_drawn_mask_of_another_matrix_is_refused(scan):
    with pytest.raises(ShapeError, match=r"\(1, 5, 5\)"):
        run(recipe_for(scan, mask=DrawnMask.of(full((5, 5)))))


def test_an_unknown_method_is_told_before_the_work(scan):
    with pytest.raises(OptionError, match="Did you mean 'zero-filled'"):
        run(recipe_for(scan, method=MethodChoice(name="zero-fill")))


def test_a_scan_that_changed_is_not_run_as_if_it_had_not(scan, tmp_path):
    finished(recipe_for(scan)).save(tmp_path / "a.npy")
    np.save(scan, (2 * head().samples[0]).numpy())
    with pytest.raises(ReadError, match="hash differs"):
        run(Recipe.load(tmp_path / "a.npy.recipe.yaml"))


def test_the_deviation_of_samples_is_written_beside_the_image(scan, tmp_path):
    prepared = prepared_head()
    *_, last = stream(prepared, Draws(), samples=2)
    result = finish(
        prepared, last, recipe_for(scan, samples=2), seconds=1.0, seconds_first_step=1.0
    )
    written = result.save(tmp_path / "a.nii.gz")
    names = [path.name for path in written]
    assert names == ["a.nii.gz", "a-deviation.nii.gz", "a.nii.gz.recipe.yaml"]
    assert all(path.is_file() for path in written)
