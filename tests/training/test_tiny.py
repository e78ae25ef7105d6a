"""The tiny preset, as a fresh clone runs it: trained, killed, resumed, and reconstructed with."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

pytest.importorskip("lightning")

from ksyn import weights
from ksyn.fetching import add
from ksyn.methods import METHODS
from ksyn.metrics import METRICS
from ksyn.phantoms import head_image
from ksyn.pipeline import prepare, stream
from ksyn.training.export import export
from ksyn.training.families import PRESETS, load_run, presets
from ksyn.training.train import course, train

TINY = PRESETS / "tiny.yaml"
pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.mark.parametrize("name", presets())
def test_every_preset_is_a_run_file(name):
    assert load_run(PRESETS / f"{name}.yaml").card.title


def test_the_tiny_preset_killed_and_resumed_makes_the_same_model_which_reconstructs(
    tmp_path, small_problem, monkeypatch
):
    folder = tmp_path / "killed"
    kill_at_a_random_step(folder)
    resumed = train(TINY, folder, resume=True)
    whole = train(TINY, tmp_path / "whole")
    assert same_bits(whole, resumed)
    assert [step for step, _ in course(tmp_path / "whole", "psnr")] == [119, 239]
    export(TINY, whole, tmp_path / "tiny", [])
    monkeypatch.setattr(weights, "models_folder", lambda: tmp_path / "none")
    add(tmp_path / "tiny")
    learned = psnr(small_problem, "ak-diffusion", model="tiny", steps=10)
    assert learned > psnr(small_problem, "zero-filled") + 2


def kill_at_a_random_step(folder):
    process = subprocess.Popen(
        [sys.executable, "-m", "ksyn", "train", "tiny", "-o", str(folder)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 300
    while not (folder / "last.ckpt").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(2 * torch.rand(()).item())
    process.send_signal(signal.SIGKILL)
    process.wait()


def same_bits(first: Path, second: Path) -> bool:
    one, two = (torch.load(path, weights_only=True)["state_dict"] for path in (first, second))
    return all(torch.equal(value, two[name]) for name, value in one.items())


def psnr(problem, method, **options):
    prepared = prepare(problem.kspace, problem.mask)
    for step in stream(prepared, METHODS.get(method).of(options)):
        last = step
    head = head_image(problem.kspace.matrix).abs()
    return METRICS.get("psnr")(prepared.image_of(last).abs()[0], head)
