"""A result has scores in the scan's units, the method's own time, and its files."""

import time

import pytest
from draws import Draws
from prepared_heads import columns, head, prepared_head, result_of

from ksyn.errors import KsynError
from ksyn.metrics import scores
from ksyn.pipeline import Run, finish, prepare, reference_of, stream
from ksyn.recipe import Input, Recipe


def test_scores_are_those_of_the_image_in_the_scans_units():
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


def test_the_deviation_of_samples_is_written_beside_the_image(scan, tmp_path):
    prepared = prepared_head()
    *_, last = stream(prepared, Draws(), samples=2)
    recipe = Recipe(input=Input(path=str(scan)), samples=2)
    result = finish(prepared, last, recipe, seconds=1.0, seconds_first_step=1.0)
    written = result.save(tmp_path / "a.nii.gz")
    names = [path.name for path in written]
    assert names == ["a.nii.gz", "a-deviation.nii.gz", "a.nii.gz.recipe.yaml"]
    assert all(path.is_file() for path in written)
