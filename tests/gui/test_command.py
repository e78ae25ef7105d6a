"""The command of a run makes the same image again, to the bit."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import numpy as np
import pytest

from ksyn.cli import main
from ksyn_gui.command import command_of
from ksyn_gui.engine import masks, outcomes, runs, scans
from ksyn_gui.facts import MaskChoice

QUICK = ("cg-sense", {"iterations": 3})


@pytest.fixture
def measured(small_scan: Path) -> scans.Measured:
    return scans.measure(scans.open_scan(small_scan), 0)


def painted(measured):
    samples = np.zeros(measured.matrix, bool)
    samples[:, ::3] = samples[:, 16:32] = True
    return MaskChoice(samples[None], masks.PAINTED)


def from_file(measured, folder):
    path = masks.save_mask(painted(measured), folder / "mask.npy")
    return masks.load_mask(path, measured.matrix)


MASKS = {
    "pattern": lambda m, _: masks.make_mask("uniform", {"acceleration": 3}, 7, m.matrix),
    "pattern with another seed": lambda m, _: masks.make_mask(
        "random", {"acs_lines": 8}, 8, m.matrix
    ),
    "as acquired": lambda m, _: MaskChoice(m.acquired, masks.AS_ACQUIRED),
    "painted": lambda m, _: painted(m),
    "file": from_file,
}


def recipe_of(measured, mask, preparation=None, samples=1):
    return runs.recipe_of(measured, mask, *QUICK, preparation or {}, 7, samples, "cpu")


def result_of(measured, recipe):
    run = runs.GuiRun(measured.opened, recipe, "CG-SENSE", learned=False)
    for _ in run.steps():
        pass
    return outcomes.finish(run)


def repeated(command: str, monkeypatch) -> np.ndarray:
    """Do what the command says, and return what it wrote."""
    words = shlex.split(command)
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(main())
    assert not ended.value.code
    return np.load(words[-1])


@pytest.mark.parametrize("kind", MASKS)
def test_the_command_makes_the_same_image(kind, measured, tmp_path, monkeypatch):
    recipe = recipe_of(measured, MASKS[kind](measured, tmp_path))
    result = result_of(measured, recipe)
    again = repeated(
        command_of(result.engine_result.recipe, tmp_path, str(tmp_path / "again.npy")), monkeypatch
    )
    np.testing.assert_array_equal(again.reshape(result.image.shape), result.image)


def test_coils_and_samples_are_in_the_command(measured, tmp_path):
    mask = MASKS["pattern"](measured, tmp_path)
    recipe = recipe_of(measured, mask, {"compress_to": 3}, samples=4)
    command = command_of(recipe, tmp_path)
    assert "--prepare compress_to=3" in command
    assert "--samples 4" in command


def test_flags_say_it_wherever_they_can(measured, tmp_path):
    command = command_of(recipe_of(measured, MASKS["pattern"](measured, tmp_path)), tmp_path)
    assert "--mask uniform --mask-set acceleration=3" in command
    assert "--recipe" not in command


@pytest.mark.parametrize("kind", ["painted", "pattern with another seed"])
def test_what_flags_cannot_say_is_in_a_recipe(kind, measured, tmp_path):
    recipe = recipe_of(measured, MASKS[kind](measured, tmp_path))
    words = shlex.split(command_of(recipe, tmp_path / "recipes"))
    assert Path(words[words.index("--recipe") + 1]).is_file()


def test_the_command_of_a_stopped_run_stops_there_too(measured, tmp_path, monkeypatch):
    run = runs.GuiRun(
        measured.opened, recipe_of(measured, painted(measured)), "CG-SENSE", learned=False
    )
    next(iter(run.steps()))
    result = outcomes.finish(run)
    command = command_of(result.engine_result.recipe, tmp_path, str(tmp_path / "again.npy"))
    again = repeated(command, monkeypatch)
    np.testing.assert_array_equal(again.reshape(result.image.shape), result.image)
