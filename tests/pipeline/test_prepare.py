"""A problem holds what was measured, in units of its own, and nothing else."""

import pytest
import torch
from prepared_heads import columns, full, head, result_of

from ksyn.data import KSpace, Mask
from ksyn.errors import ShapeError
from ksyn.pipeline import Preparation, prepare, reference_of, zero_filled


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


def test_a_series_keeps_its_frames():
    series = KSpace(torch.cat([head().samples, 2 * head().samples]))
    mask = columns(head().matrix, frames=2)
    assert result_of(prepare(series, mask)).image.shape == (2, 48, 44)


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
