"""Checkpoints: written whole, after each epoch, when it is the best, and when Ctrl-C is pressed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Callback, ModelCheckpoint
from lightning.pytorch.plugins.io import TorchCheckpointIO

from ksyn.errors import ReadError
from ksyn.training.families import family_of
from ksyn.training.run import Run

LAST, BEST = "last.ckpt", "best.ckpt"


class AtomicCheckpoints(TorchCheckpointIO):
    """Write a checkpoint beside its place and rename it: a kill never leaves half a file."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: object = None
    ) -> None:
        """Write a checkpoint."""
        unfinished = Path(f"{path}.tmp")
        super().save_checkpoint(checkpoint, unfinished, storage_options)
        unfinished.replace(path)


def kept(run: Run, folder: Path) -> list[ModelCheckpoint]:
    """Return what keeps the last checkpoint and the best one."""
    last = ModelCheckpoint(folder, "last", enable_version_counter=False)
    if run.reconstruct_every:
        every = run.reconstruct_every
        best = ModelCheckpoint(
            folder, "best", monitor="psnr", mode="max", every_n_epochs=every,
            enable_version_counter=False,
        )  # fmt: skip
    else:
        best = ModelCheckpoint(
            folder, "best", monitor="validation_loss", enable_version_counter=False
        )
    return [last, best]


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """Training was stopped, and can go on from its last checkpoint."""

    def __init__(self, step: int) -> None:
        super().__init__(f"Stopped after step {step}")
        self.step = step


class StopOnInterrupt(Callback):
    """On Ctrl-C, finish the step, write a checkpoint, and raise `Stopped`; twice: stop at once.

    Stands after the averaging of weights among the callbacks, so that it has seen the step.
    """

    def __init__(self, checkpoint: Path) -> None:
        self.checkpoint = checkpoint
        self._asked = False

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,  # noqa: ARG002 - Lightning's signature
        outputs: object,  # noqa: ARG002
        batch: object,  # noqa: ARG002
        batch_idx: int,  # noqa: ARG002
    ) -> None:
        """Stop, if any process was asked to."""
        if trainer.strategy.reduce_boolean_decision(self._asked, all=False):
            trainer.save_checkpoint(self.checkpoint)
            raise Stopped(trainer.global_step)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take note of Ctrl-C inside; only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _ask(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True


def trained_model(run: Run, checkpoint: Path) -> torch.nn.Module:
    """Return what a run makes of a checkpoint: its averaged model, in evaluation mode.

    Raises:
        ReadError: The checkpoint is missing, or of another network.
    """
    trainee = family_of(run).module(run)
    start = {name: tensor.clone() for name, tensor in trainee.model.state_dict().items()}
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
        trainee.load_state_dict(state)
    except (OSError, RuntimeError, KeyError) as error:
        raise ReadError(
            f"{checkpoint} is no checkpoint of this run: {error}.",
            hint="Give the run file it was trained with.",
        ) from error
    model: torch.nn.Module = trainee.model.eval()
    for name, tensor in model.state_dict().items():
        tensor.lerp_(start[name], run.kept_start)
    return model
