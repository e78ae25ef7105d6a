"""`ksyn info | mask | evaluate | compare | demo`, and how quickly help answers."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ksyn.cli.train import name_of
from ksyn.methods.cg_sense import CgSense
from ksyn.methods.spirit import Spirit
from ksyn.metrics import scores

QUIET = (
    "import sys; sys.argv[1:] = {arguments}\n"
    "from ksyn.cli import main\n"
    "try: main()\n"
    "finally: print('torch' in sys.modules, file=sys.stderr)\n"
)


@pytest.mark.parametrize("arguments", [["--help"], ["recon", "--help"], ["--version"]])
def test_help_does_not_wait_for_torch(arguments):
    code = QUIET.format(arguments=arguments)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stderr.strip() == "False"
    assert told.stdout


def test_info_shows_what_is_in_a_scan(ksyn, scan):
    out = ksyn("info", scan).out
    assert "48 × 44" in out
    assert "Fully sampled       yes" in out


def test_info_lists_arrays_that_do_not_explain_themselves(ksyn, tmp_path, samples):
    np.savez(tmp_path / "scan.npz", kspace=samples, maps=samples)
    outcome = ksyn("info", "scan.npz")
    assert outcome.status == 0
    assert '--key kspace --axes "coil ky kx" --domain kspace' in outcome.out


def test_info_knows_when_there_is_no_calibration_centre(ksyn, scan, samples):
    holed = samples.copy()
    holed[..., 22] = 0
    np.save(scan, holed)
    assert "zero frequency is not measured" in ksyn("info", scan).out


def test_mask_writes_ones_where_samples_are_measured(ksyn):
    ksyn("mask", "uniform", "--shape", 32, 30, "--acceleration", 4, "--acs", 8, "-o", "m.npy")
    mask = np.load("m.npy")
    assert mask.shape == (32, 30)
    assert mask[:, 11:19].all()
    assert not mask.all()


def test_mask_draws_the_same_for_the_same_seed(ksyn, tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        arguments = ("--shape", 32, 30, "--acs", 4, "--seed", seed, "-o", f"{name}.npy")
        assert ksyn("mask", "random", *arguments).status == 0
    a, b, c = ((tmp_path / f"{name}.npy").read_bytes() for name in "abc")
    assert a == b != c


def test_evaluate_measures_what_the_metrics_do(ksyn, rng):
    reference = np.random.default_rng(0).random((20, 21)).astype(np.float32)
    np.save("target.npy", reference)
    np.save("pred.npy", (reference + 0.1) * np.exp(1j))
    told = json.loads(
        ksyn("evaluate", "--pred", "pred.npy", "--target", "target.npy", "--json").out
    )
    assert told == pytest.approx(scores(reference + 0.1, reference), rel=1e-4)


@pytest.mark.parametrize("suffix", [".nii.gz", ".h5", ".npy"])
def test_a_result_is_its_own_best_likeness(ksyn, scan, suffix):
    ksyn("recon", scan, "--method", "zero-filled", "-o", "a.npy")
    ksyn("recon", scan, "--method", "zero-filled", "-o", f"b{suffix}")
    outcome = ksyn("evaluate", "--pred", f"b{suffix}", "--target", "a.npy", "--json")
    assert outcome.status == 0, outcome.err
    assert json.loads(outcome.out)["nmse"] < 1e-9


def test_pictures_are_measured_too(ksyn):
    grey = np.arange(400, dtype=np.uint8).reshape(20, 20) % 200
    Image.fromarray(grey).save("a.png")
    Image.fromarray(grey + 2).save("b.png")
    told = json.loads(ksyn("evaluate", "--pred", "b.png", "--target", "a.png", "--json").out)
    assert told["psnr"] == pytest.approx(20 * np.log10(grey.max() / 2), abs=0.01)


def test_evaluate_refuses_what_is_no_image(ksyn, tmp_path):
    (tmp_path / "a.npy").write_text("no")
    np.save(tmp_path / "b.npy", np.ones(3))
    for name in ("a.npy", "b.npy", "c.npy"):
        assert ksyn("evaluate", "--pred", name, "--target", name).status == 1


def test_compare_writes_a_table_and_a_figure(ksyn, scan):
    outcome = ksyn(
        "compare", scan, "--methods", "zero-filled", "--mask", "uniform", "--acs", 16,
        "--device", "cpu", "-o", "t.csv", "-o", "f.png",
    )  # fmt: skip
    assert outcome.status == 0, outcome.err
    (row,) = csv.DictReader(Path("t.csv").read_text(encoding="utf-8").splitlines())
    assert row["method"] == "zero-filled"
    assert float(row["psnr"]) > 10
    with Image.open("f.png") as figure:
        assert figure.width > 2 * 44


def test_compare_without_a_reference_shows_the_images(ksyn, scan, samples):
    samples = samples.copy()
    samples[..., :14:2] = 0
    np.save(scan, samples)
    outcome = ksyn("compare", scan, "--methods", "zero-filled", "-o", "f.png")
    assert outcome.status == 0, outcome.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--methods", "zero-filled,nonsense"),
        ("--methods", ","),
        ("--methods", "zero-filled", "--set", "cg-sense.iterations=3"),
        ("--methods", "zero-filled", "-o", "t.txt"),
    ],
)
def test_compare_refuses_what_it_cannot_do(ksyn, scan, arguments):
    outcome = ksyn("compare", scan, *arguments)
    assert outcome.status == 1
    assert outcome.err


@pytest.mark.slow
def test_the_demo_shows_every_method_that_can_run(ksyn):
    from ksyn.methods import METHODS

    outcome = ksyn("demo", "--device", "cpu", "-o", "demo.png")
    assert outcome.status == 0, outcome.err
    assert all(method.title in outcome.out for method in METHODS if not method.unavailable())
    with Image.open("demo.png") as figure:
        assert figure.width > 256


def test_compare_takes_presets_for_all_or_for_one(ksyn, scan, monkeypatch):
    monkeypatch.setattr(Spirit, "presets", {"quick": {"iterations": 2}})
    chosen = ("compare", scan, "--mask", "uniform", "--acs", 16, "-o", "t.csv", "--methods")
    ksyn(*chosen, "cg-sense,spirit", "--preset", "quick")
    assert steps_in("t.csv") == {"cg-sense": [str(CgSense().iterations)], "spirit:quick": ["2"]}
    ksyn(*chosen, "spirit:quick,spirit", "--set", "spirit:quick.iterations=3", "--set",
         "spirit.kernel=3")  # fmt: skip
    assert steps_in("t.csv") == {"spirit": ["3", str(Spirit().iterations)]}


@pytest.mark.parametrize("methods", ["zero-filled", "zero-filled:quick"])
def test_compare_refuses_a_preset_that_no_method_has(ksyn, scan, methods):
    preset = () if ":" in methods else ("--preset", "quick")
    outcome = ksyn("compare", scan, "--methods", methods, *preset)
    assert outcome.status == 1
    assert "preset 'quick'" in outcome.err


def steps_in(path):
    found = {}
    with Path(path).open() as file:
        for row in csv.DictReader(file):
            found.setdefault(row["method"], []).append(row["steps"])
    return found


@pytest.mark.parametrize(
    ("run_file", "name"),
    [
        ("tiny", "tiny"),
        ("runs/knee-2.yaml", "knee-2"),
        ("models/ak-head/run.yaml", "ak-head"),
        ("My Heads (T2)/run.yaml", "my-heads-t2"),
    ],
)
def test_a_model_is_named_after_its_run_file_or_the_folder_of_run_yaml(run_file, name):
    assert name_of(Path(run_file)) == name


def test_evaluate_takes_one_slice_of_the_target(ksyn, samples):
    volume = np.abs(np.stack([samples[0], 2 * samples[0]])).astype(np.float32)
    np.save("volume.npy", volume)
    np.save("second.npy", volume[1])
    told = ksyn(
        "evaluate", "--pred", "second.npy", "--target", "volume.npy", "--slice", 1, "--json"
    )
    assert json.loads(told.out)["nmse"] == 0
    refused = ksyn("evaluate", "--pred", "second.npy", "--target", "volume.npy", "--slice", 2)
    assert refused.status != 0
    assert "has 2" in refused.err


def test_info_says_when_nothing_was_measured(ksyn, scan, samples):
    np.save(scan, np.zeros_like(samples))
    assert "nothing measured" in ksyn("info", scan).out
