"""The tiny preset, as a fresh clone runs it: trained, killed, resumed, and reconstructed with."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

pytest.importorskip("lightning")

from ksyn import weights
from ksyn.fetching import add
from ksyn.methods import METHODS
from ksyn.methods.ak_diffusion import AkDiffusion
from ksyn.metrics import METRICS
from ksyn.phantoms import head_image
from ksyn.pipeline import prepare, stream
from ksyn.training.export import export
from ksyn.training.families import PRESETS, load_run, presets
from ksyn.training.train import course, train

TINY = PRESETS / "tiny.yaml"
STEPS = load_run(TINY).steps
TELLING = """
import sys
from pathlib import Path
import torch
from lightning.pytorch.callbacks import Callback
from ksyn.training.train import train

class Tell(Callback):
    def on_train_batch_end(self, trainer, *_):
        print(trainer.global_step, flush=True)

torch.set_num_threads(1)
train(Path(sys.argv[1]), Path(sys.argv[2]), callbacks=[Tell()])
"""
"""Trains, and tells each step."""
pytestmark = [
    pytest.mark.timeout(600),
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
    step = random.SystemRandom().randrange(1, STEPS)
    kill_after(step, tmp_path / "killed")
    resume(tmp_path / "killed")
    whole = train(TINY, tmp_path / "whole")
    assert same_bits(whole, tmp_path / "killed" / "last.ckpt"), f"killed after step {step}"
    assert [step for step, _ in course(tmp_path / "whole", "psnr")] == [119, 239]
    again = export(TINY, whole, tmp_path / "again", [])
    monkeypatch.setattr(weights, "models_folder", lambda: tmp_path / "none")
    assert add(tmp_path / "killed" / "model" / "tiny").sha256 == again.sha256
    assert AkDiffusion.unavailable() == ""
    learned = psnr(small_problem, "ak-diffusion", model="tiny", steps=10)
    assert learned > psnr(small_problem, "zero-filled") + 2


def kill_after(step, folder):
    """Train in another process, which is killed, unasked, soon after a step."""
    with subprocess.Popen(
        [sys.executable, "-c", TELLING, TINY, folder],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        done = next(int(line) for line in process.stdout if int(line) == step)
        process.kill()
    assert (done, process.returncode) == (step, -signal.SIGKILL)


def resume(folder):
    """Go on as a user does."""
    words = ("train", "tiny", "-o", folder, "--resume")
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "ksyn", *map(str, words)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def same_bits(first: Path, second: Path) -> bool:
    one, two = (torch.load(path, weights_only=True)["state_dict"] for path in (first, second))
    return all(torch.equal(value, two[name]) for name, value in one.items())


def psnr(problem, method, **options):
    prepared = prepare(problem.kspace, problem.mask)
    for step in stream(prepared, METHODS.get(method).of(options)):
        last = step
    head = head_image(problem.kspace.matrix).abs()
    return METRICS.get("psnr")(prepared.image_of(last).abs()[0], head)
