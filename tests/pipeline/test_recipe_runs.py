"""A recipe is run to the same bits again, or refused with what does not fit."""

import numpy as np
import pytest
import torch
from prepared_heads import columns, full, head

from ksyn.errors import OptionError, ReadError, ShapeError
from ksyn.masks import MASKS
from ksyn.masks.files import save_mask
from ksyn.pipeline import run
from ksyn.recipe import AsAcquired, DrawnMask, FileMask, Input, MethodChoice, PatternMask, Recipe


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
