"""Training: it learns, and it resumes to the same bits."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

pytest.importorskip("lightning")

from ksyn.diffusion.denoiser import to_channels
from ksyn.errors import OptionError, ReadError
from ksyn.training.checkpoints import trained_model
from ksyn.training.export import export
from ksyn.training.families import load_run
from ksyn.training.images import Images
from ksyn.training.prior_examples import Examples
from ksyn.training.train import arithmetic_of, losses, train

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

CARD = dict.fromkeys(("title", "training_data", "licence", "intended_use", "limits"), "–")


@pytest.fixture
def run_file(tmp_path):
    """A run so small that it takes seconds: squares of random brightness."""
    rng = np.random.default_rng(0)
    images = np.zeros((12, 40, 40), np.float32)
    for image in images:
        y, x = rng.integers(4, 16, 2)
        image[y : y + 18, x : x + 18] = rng.uniform(0.5, 1)
    np.savez(tmp_path / "squares.npz", images=images)
    settings = {
        "card": CARD,
        "packs": [{"path": "squares.npz"}],
        "validation": [{"path": "squares.npz"}],
        "network_options": {"widths": [8, 16], "blocks": 1},
        "matrix": [24, 24],
        "batch": 4,
        "steps": 60,
        "steps_per_epoch": 20,
        "warm_up": 5,
        "ema": 0.9,
        "precision": "32-true",
    }
    path = tmp_path / "run.yaml"
    path.write_text(yaml.safe_dump(settings))
    return path


def test_examples_are_a_function_of_seed_epoch_and_index(run_file):
    run = load_run(run_file)
    images = Images(run.packs)
    first, again = Examples(run, images, 1)[3], Examples(run, Images(run.packs), 1)[3]
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first.noisy, Examples(run, images, 2)[3].noisy)
    assert not torch.equal(first.noisy, Examples(run, images, 1)[4].noisy)


def test_the_noise_of_an_example_has_its_level(run_file):
    run = load_run(run_file).model_copy(update={"blur_chance": 0.0})
    examples = [Examples(run, Images(run.packs), 0)[i] for i in range(40)]
    ratios = [float((e.noisy - e.clean).std() / e.sigma) for e in examples]
    assert np.mean(ratios) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("has", "arithmetic"), [(True, "bf16-mixed"), (False, "32-true")])
def test_automatic_arithmetic_is_what_the_machine_is_fast_in(
    run_file, monkeypatch, has, arithmetic
):
    run = load_run(run_file).model_copy(update={"precision": "auto"})
    monkeypatch.setattr("ksyn.training.train.has_bfloat16", lambda device: has)
    assert arithmetic_of(run) == arithmetic
    assert arithmetic_of(run.model_copy(update={"precision": "32-true"})) == "32-true"


def test_training_lowers_the_loss_and_exports_a_card(run_file, tmp_path):
    folder = tmp_path / "run"
    checkpoint = train(run_file, folder)
    course = losses(folder)
    assert course[-1][1] < course[0][1]
    card = export(run_file, checkpoint, tmp_path / "model", [])
    assert (tmp_path / "model" / "weights.safetensors").stat().st_size > 1000
    assert card.id == "model"
    noisy = to_channels(torch.randn(1, 24, 24, dtype=torch.complex64))
    model = trained_model(load_run(run_file), checkpoint)
    assert model(noisy, torch.tensor([0.1]), torch.zeros(1, 2)).shape == noisy.shape


@pytest.mark.slow
def test_killed_at_a_random_step_it_resumes_to_the_same_weights(run_file, tmp_path):
    whole = train(run_file, tmp_path / "whole")
    folder = tmp_path / "killed"
    code = (
        "import sys, torch; from pathlib import Path; torch.set_num_threads(1);"
        "from ksyn.training.train import train; train(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(run_file), str(folder)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _wait_for(folder / "last.ckpt")
    process.send_signal(signal.SIGKILL)
    process.wait()
    resumed = train(run_file, folder, resume=True)
    first, second = (torch.load(p, weights_only=True)["state_dict"] for p in (whole, resumed))
    assert all(torch.equal(first[name], second[name]) for name in first)


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_run_file_with_an_unknown_setting_is_named(run_file):
    settings = yaml.safe_load(run_file.read_text())
    run_file.write_text(yaml.safe_dump(settings | {"stepz": 3}))
    with pytest.raises(OptionError, match="stepz"):
        load_run(run_file)


def test_a_missing_run_file_is_named(tmp_path):
    with pytest.raises(ReadError, match="nothing"):
        load_run(tmp_path / "nothing.yaml")
