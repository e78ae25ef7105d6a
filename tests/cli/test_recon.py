"""`ksyn recon` keeps its contract."""

import json
from pathlib import Path

import numpy as np
import pytest

from ksyn.methods.spirit import Spirit
from ksyn.recipe import Recipe

UNDERSAMPLED = ("--mask", "uniform", "--acceleration", 3, "--acs", 16)
KEYS = [
    "method",
    "seconds",
    "seconds_first_step",
    "steps",
    "device",
    "acceleration",
    "data_residual",
    "metrics",
]


def recon(ksyn, *arguments, out="out.npy"):
    return ksyn("recon", *arguments, "--device", "cpu", "-o", out)


def test_the_last_line_of_json_is_one_object(ksyn, scan):
    outcome = recon(ksyn, scan, "--method", "zero-filled", *UNDERSAMPLED, "--json")
    told = json.loads(outcome.out.splitlines()[-1])
    assert outcome.status == 0
    assert list(told) == KEYS
    assert list(told["metrics"]) == ["psnr", "ssim", "nmse", "nrmse", "hfen"]
    assert 0 < told["seconds_first_step"] <= told["seconds"]
    assert told["device"] == "cpu"


def test_metrics_are_null_without_a_reference(ksyn, scan, samples):
    undersampled = samples.copy()
    undersampled[..., :14:2] = 0
    np.save(scan, undersampled)
    outcome = recon(ksyn, scan, "--method", "zero-filled", "--json")
    assert json.loads(outcome.out.splitlines()[-1])["metrics"] is None


def test_the_json_of_a_perfect_result_is_json(ksyn, scan):
    outcome = recon(ksyn, scan, "--method", "zero-filled", "--as-acquired", "--json")

    def refuse(word):
        raise AssertionError(word)

    json.loads(outcome.out.splitlines()[-1], parse_constant=refuse)


def test_the_image_is_complex_and_in_the_scans_units(ksyn, scan, samples):
    recon(ksyn, scan, "--method", "zero-filled", "--as-acquired")
    image = np.load("out.npy")
    assert (image.dtype, image.shape) == (np.complex64, samples.shape[1:])
    assert np.linalg.norm(image) == pytest.approx(np.linalg.norm(samples), rel=0.02)


@pytest.mark.parametrize("suffix", [".npy", ".nii.gz", ".dcm", ".png", ".h5", ".cfl"])
def test_every_format_has_its_recipe_beside_it(ksyn, scan, tmp_path, suffix):
    outcome = recon(ksyn, scan, "--method", "zero-filled", out=f"out{suffix}")
    assert outcome.status == 0, outcome.err
    assert Recipe.load(tmp_path / f"out{suffix}.recipe.yaml").method.name == "zero-filled"
    assert (tmp_path / "recipe.yaml").is_file()


def test_a_recipe_repeats_a_result_bit_for_bit(ksyn, scan, tmp_path):
    recon(ksyn, scan, "--method", "zero-filled", *UNDERSAMPLED, "--seed", 7)
    assert ksyn("recon", "--recipe", "recipe.yaml", "-o", "again.npy").status == 0
    assert (tmp_path / "again.npy").read_bytes() == (tmp_path / "out.npy").read_bytes()


def test_flags_change_a_recipe(ksyn, scan, tmp_path):
    recon(ksyn, scan, "--method", "zero-filled", *UNDERSAMPLED, "--seed", 7)
    outcome = ksyn("recon", "--recipe", "recipe.yaml", "--as-acquired", "-o", "b.npy", "--json")
    changed = Recipe.load(tmp_path / "b.npy.recipe.yaml")
    assert json.loads(outcome.out)["acceleration"] == 1
    assert (changed.seed, changed.mask.source) == (7, "as-acquired")


def test_options_of_a_mask_change_the_pattern_of_a_recipe(ksyn, scan, tmp_path):
    flags = ("--mask", "uniform", "--acceleration", 4, "--acs", 8, "--seed", 3)
    recon(ksyn, scan, "--method", "zero-filled", *flags, out="a.npy")
    recon(ksyn, "--recipe", "a.npy.recipe.yaml", "--acs", 10, out="b.npy")
    before, after = (Recipe.load(tmp_path / f"{n}.npy.recipe.yaml").mask for n in "ab")
    assert after.options == {**before.options, "acs_lines": 10}
    assert (after.name, after.seed) == ("uniform", 3)


@pytest.fixture
def stopped(ksyn, scan, tmp_path):
    """Return the recipe of a run of 6 steps that was stopped after 2."""
    recon(ksyn, scan, "--method", "cg-sense", "--set", "iterations=6", *UNDERSAMPLED)
    recipe = Recipe.load(tmp_path / "out.npy.recipe.yaml")
    recipe.with_(stop_after=2).save(tmp_path / "stopped.recipe.yaml")
    return "stopped.recipe.yaml"


@pytest.mark.parametrize(
    "flags",
    [
        ("--acceleration", 2),
        ("--as-acquired",),
        ("--seed", 1),
        ("--set", "regularisation=0.1"),
        ("--prepare", "maps=walsh"),
    ],
    ids=lambda flags: flags[0],
)
def test_a_stopped_run_that_is_changed_goes_to_its_end(ksyn, stopped, flags):
    outcome = recon(ksyn, "--recipe", stopped, *flags, "--json")
    assert json.loads(outcome.out)["steps"] == 6
    assert "stopped after step 2" in outcome.err
    assert Recipe.load(Path("out.npy.recipe.yaml")).stop_after is None


@pytest.mark.parametrize("flags", [(), ("--acceleration", 3), ("--set", "iterations=6")])
def test_a_stopped_run_that_is_repeated_stops_there_again(ksyn, stopped, flags):
    outcome = recon(ksyn, "--recipe", stopped, *flags, "--json")
    assert json.loads(outcome.out)["steps"] == 2
    assert outcome.err == ""


def test_the_recipe_of_a_scan_of_many_slices_names_the_slice(ksyn, scan, samples, tmp_path):
    np.save(scan, np.stack([samples, 2 * samples, 3 * samples]))
    layout = ("--axes", "slice coil ky kx")
    outcome = recon(ksyn, scan, "--method", "zero-filled", *layout)
    assert "Slice 1 of 3, counted from 0" in outcome.err
    assert Recipe.load(tmp_path / "out.npy.recipe.yaml").slice == 1
    recon(ksyn, scan, "--method", "zero-filled", *layout, "--slice", 2, out="c.npy")
    np.testing.assert_allclose(np.load("c.npy"), 1.5 * np.load("out.npy"), rtol=1e-3, atol=1e-4)


def test_a_mask_file_is_obeyed(ksyn, scan, samples):
    ksyn("mask", "uniform", "--shape", *samples.shape[1:], "--acceleration", 3, "-o", "m.npy")
    outcome = recon(ksyn, scan, "--method", "zero-filled", "--mask-file", "m.npy", "--json")
    expected = 1 / np.load("m.npy").mean()
    assert json.loads(outcome.out)["acceleration"] == pytest.approx(expected)


def test_options_of_mask_and_preparation_reach_the_recipe(ksyn, scan, tmp_path):
    settings = ("--mask-set", "offset=1", "--prepare", "maps=walsh", "--prepare", "compress_to=2")
    recon(ksyn, scan, "--method", "zero-filled", *UNDERSAMPLED, *settings)
    kept = Recipe.load(tmp_path / "out.npy.recipe.yaml")
    assert kept.mask.options == {"acceleration": 3.0, "acs_lines": 16, "offset": 1}
    assert (kept.preparation.maps, kept.preparation.compress_to) == ("walsh", 2)


def test_a_container_without_a_header_is_asked_about(ksyn, tmp_path, samples):
    np.savez(tmp_path / "scan.npz", kspace=samples, mask=np.ones(samples.shape[1:]))
    outcome = recon(ksyn, "scan.npz", "--method", "zero-filled")
    assert outcome.status == 1
    assert "--axes" in outcome.err
    assert "kspace" in outcome.err
    layout = ("--key", "kspace", "--axes", "coil ky kx", "--domain", "kspace")
    assert recon(ksyn, "scan.npz", "--method", "zero-filled", *layout).status == 0


WRONG = [
    (("--method", "zero-fill"), "Did you mean 'zero-filled'"),
    (("--method", "zero-filled", "--set", "speed=3"), "speed"),
    (("--method", "zero-filled", "--set", "speed"), "key=value"),
    (("--method", "zero-filled", "--mask", "unifrom"), "Did you mean 'uniform'"),
    (("--method", "zero-filled", "--mask", "uniform", "--acceleration", 0.5), "acceleration"),
    (("--method", "zero-filled", "--acceleration", 4), "--mask"),
    (("--method", "zero-filled", "--mask", "uniform", "--as-acquired"), "exclude"),
    (("--method", "zero-filled", "--prepare", "maps=magic"), "maps"),
    (("--method", "zero-filled", "--slice", 9), "slice"),
    (("--method", "zero-filled", "--frame", 9), "frame"),
    (("--method", "zero-filled", "--axes", "a b c"), "axis"),
    ((), "--method"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG, ids=lambda value: str(value)[:40])
def test_what_the_user_can_mend_is_said_on_stderr_with_status_1(ksyn, scan, arguments, words):
    outcome = recon(ksyn, scan, *arguments)
    assert outcome.status == 1
    assert words in outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize("out", ["out.xyz", "out", "no/such/folder/out.npy"])
def test_an_output_that_cannot_be_written_is_refused_before_the_work(ksyn, scan, out, monkeypatch):
    def no_work(*_):
        raise AssertionError("began to work")

    monkeypatch.setattr("ksyn.pipeline.open_input", no_work)
    outcome = recon(ksyn, scan, "--method", "zero-filled", out=out)
    assert outcome.status == 1, outcome.err


def test_a_file_that_is_not_there_is_named(ksyn):
    outcome = recon(ksyn, "nowhere.h5", "--method", "zero-filled")
    assert outcome.status == 1
    assert "nowhere.h5" in outcome.err


def test_a_flag_that_does_not_exist_is_wrong_usage(ksyn, scan):
    assert recon(ksyn, scan, "--speed", 3).status == 2


def test_a_bug_is_told_without_a_traceback_and_with_status_3(ksyn, scan, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("ksyn.pipeline.run", broken)
    outcome = recon(ksyn, scan, "--method", "zero-filled")
    assert outcome.status == 3
    assert "ZeroDivisionError" in outcome.err
    assert "KSYN_TRACEBACK" in outcome.err
    assert "Traceback" not in outcome.err


def test_the_traceback_is_shown_when_asked_for(ksyn, monkeypatch):
    monkeypatch.setenv("KSYN_TRACEBACK", "1")
    assert "Traceback" in recon(ksyn, "nowhere.h5", "--method", "zero-filled").err


def test_an_interrupt_ends_cleanly_with_status_130(ksyn, scan, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("ksyn.pipeline.run", interrupted)
    outcome = recon(ksyn, scan, "--method", "zero-filled")
    assert outcome.status == 130
    assert not (tmp_path / "out.npy").exists()


def test_several_samples_write_their_deviation(ksyn, scan, tmp_path):
    outcome = recon(ksyn, scan, "--method", "zero-filled", "--samples", 2, "--json")
    assert outcome.status == 0
    assert json.loads(outcome.out)["steps"] == 4
    np.testing.assert_allclose(np.load(tmp_path / "out-deviation.npy"), 0, atol=1e-6)


def test_a_preset_sets_options_and_set_has_the_last_word(ksyn, scan, monkeypatch):
    monkeypatch.setattr(Spirit, "presets", {"quick": {"iterations": 2, "kernel": 3}})
    chosen = ("--method", "spirit", "--preset", "quick", "--set", "kernel=4")
    assert recon(ksyn, scan, *chosen, *UNDERSAMPLED).status == 0
    options = Recipe.load(Path("out.npy.recipe.yaml")).method.options
    assert (options["iterations"], options["kernel"]) == (2, 4)


def test_a_preset_forgets_the_options_of_a_recipe(ksyn, scan, monkeypatch):
    recon(ksyn, scan, "--method", "spirit", "--set", "iterations=3", *UNDERSAMPLED)
    monkeypatch.setattr(Spirit, "presets", {"small": {"kernel": 3}})
    recon(ksyn, "--recipe", "out.npy.recipe.yaml", "--preset", "small")
    options = Recipe.load(Path("out.npy.recipe.yaml")).method.options
    assert (options["iterations"], options["kernel"]) == (Spirit().iterations, 3)


def test_an_unknown_preset_is_refused(ksyn, scan):
    outcome = recon(ksyn, scan, "--method", "ak-diffusion", "--preset", "papr")
    assert outcome.status == 1
    assert "Did you mean 'paper'" in outcome.err


def test_each_of_one_sample_is_refused_before_the_work(ksyn, scan):
    outcome = recon(ksyn, scan, "--method", "zero-filled", *UNDERSAMPLED, "--each")
    assert outcome.status == 1
    assert "--samples N" in outcome.err
    assert not Path("out.npy").exists()


def test_each_sample_is_written_as_the_run_of_its_seed(ksyn, scan):
    fast = ("--method", "ve-diffusion", "--set", "steps=1", "--set", "corrector_steps=0")
    several = (*UNDERSAMPLED, "--samples", 2, "--each", "--seed", 4)
    told = recon(ksyn, scan, *fast, *several, out="all.npy").err
    assert "seed 4: all-seed-4.npy" in told
    assert "seed 5: all-seed-5.npy" in told
    names = ["all.npy", "all-deviation.npy", "all-seed-4.npy", "all-seed-5.npy"]
    assert sorted(path.name for path in Path().glob("all*.npy")) == sorted(names)
    mean, deviation, *each = (np.load(name) for name in names)
    # Beyond the coil maps no method says anything, so nothing deviates.
    seen = deviation != 0
    assert seen.mean() > 0.3
    np.testing.assert_allclose(mean[seen], (sum(each) / 2)[seen], rtol=1e-4, atol=1e-6)
    apart = abs(each[0] - each[1]) / 2**0.5
    np.testing.assert_allclose(deviation.real[seen], apart[seen], atol=1e-6)
    recon(ksyn, "--recipe", "all-seed-5.npy.recipe.yaml", out="again.npy")
    np.testing.assert_array_equal(np.load("again.npy"), each[1])
