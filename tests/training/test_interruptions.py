"""Training stops on Ctrl-C, resumes in the middle of an epoch, and is shared by processes."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import torch
import yaml
from lightning.pytorch.callbacks import Callback
from typer.testing import CliRunner

from ksyn.cli.app import app
from ksyn.cli.edge import INTERRUPTED
from ksyn.errors import OptionError, ReadError
from ksyn.training.checkpoints import Stopped
from ksyn.training.families import PRESETS
from ksyn.training.loading import Batches
from ksyn.training.train import course, train

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture
def run_file(tmp_path):
    """Two short epochs on one made-up head."""
    fields = yaml.safe_load((PRESETS / "tiny.yaml").read_text())
    fields |= {"steps": 12, "steps_per_epoch": 6, "matrix": [32, 32], "reconstruct_every": 0}
    fields |= {
        key: [{"path": "phantoms", "stride": 32, "size": 64}] for key in ("packs", "validation")
    }
    path = tmp_path / "short.yaml"
    path.write_text(yaml.safe_dump(fields))
    return path


class CtrlC(Callback):
    """Press it at one step."""

    def __init__(self, step):
        self.step = step

    def on_train_batch_start(self, trainer, *_):
        if trainer.global_step == self.step:
            signal.raise_signal(signal.SIGINT)


def weights_of(folder):
    return torch.load(folder / "last.ckpt", weights_only=True)["state_dict"]


@pytest.mark.parametrize("step", [2, 5, 6, 9])
def test_ctrl_c_loses_no_step_and_training_resumes_to_the_same_bits(run_file, tmp_path, step):
    train(run_file, tmp_path / "whole")
    with pytest.raises(Stopped) as stopped:
        train(run_file, tmp_path / "stopped", callbacks=[CtrlC(step)])
    assert stopped.value.step == step + 1
    train(run_file, tmp_path / "stopped", resume=True)
    first, second = weights_of(tmp_path / "whole"), weights_of(tmp_path / "stopped")
    assert all(torch.equal(value, second[name]) for name, value in first.items())


def test_ctrl_c_works_again_afterwards(run_file, tmp_path):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Stopped):
        train(run_file, tmp_path / "run", callbacks=[CtrlC(1)])
    assert signal.getsignal(signal.SIGINT) is before


def test_the_command_says_how_to_go_on(run_file, tmp_path):
    def press():
        while not (tmp_path / "run" / "last.ckpt").exists():
            time.sleep(0.005)
        os.kill(os.getpid(), signal.SIGINT)

    fields = yaml.safe_load(run_file.read_text()) | {"steps": 600}
    run_file.write_text(yaml.safe_dump(fields))
    finger = threading.Thread(target=press)
    finger.start()
    done = CliRunner().invoke(app, ["train", str(run_file), "-o", str(tmp_path / "run")])
    finger.join()
    step = torch.load(tmp_path / "run" / "last.ckpt", weights_only=True)["global_step"]
    assert done.exit_code == INTERRUPTED
    assert f"Stopped after step {step}. Go on with: ksyn train" in done.output
    assert "--resume" in done.output


def test_both_logs_are_written(run_file, tmp_path):
    train(run_file, tmp_path / "run")
    assert [step for step, _ in course(tmp_path / "run", "validation_loss")] == [5, 11]
    assert list((tmp_path / "run").glob("logs/version_0/events.out.tfevents.*"))


def test_a_training_is_not_overwritten_by_mistake(run_file, tmp_path):
    (tmp_path / "last.ckpt").touch()
    with pytest.raises(ReadError, match="holds a training already") as error:
        train(run_file, tmp_path)
    assert "--resume" in error.value.hint


def test_processes_share_a_batch_between_them():
    shares = [list(Batches(12, 4, rank, 2, first=1)) for rank in (0, 1)]
    assert shares == [[[4, 5], [8, 9]], [[6, 7], [10, 11]]]
    with pytest.raises(OptionError, match="3 processes"):
        Batches(12, 4, 0, 3, first=0)


def test_two_processes_train_what_one_does(run_file, tmp_path):
    two = [sys.executable, "-m", "ksyn", "train", run_file, "-o", tmp_path / "two"]
    done = subprocess.run(
        [*map(str, two), "--processes", "2"], env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    train(run_file, tmp_path / "one")
    first, second = weights_of(tmp_path / "one"), weights_of(tmp_path / "two")
    assert max(float((first[n] - second[n]).abs().max()) for n in first) < 1e-4
    assert (tmp_path / "two" / "model" / "short" / "card.yaml").is_file()
