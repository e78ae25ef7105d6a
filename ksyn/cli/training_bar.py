"""How far a training is, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta

import lightning
from lightning.pytorch.callbacks import Callback
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ksyn.cli.console import stderr

_SHOWN = {"loss": "loss {:.4f}", "validation_loss": "validation {:.4f}", "psnr": "PSNR {:.2f} dB"}


class TrainingBar(Callback):
    """Shows steps, time left and what was measured last, on stderr of the first process."""

    def __init__(self) -> None:
        self._console = stderr()
        self._bar = Progress(
            TextColumn("step {task.completed} of {task.total}"),
            BarColumn(),
            TextColumn("{task.fields[measured]}"),
            TimeRemainingColumn(),
            console=self._console,
        )
        self._started, self._first = 0.0, 0

    def on_train_start(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,  # noqa: ARG002 - Lightning's signature
    ) -> None:
        """Begin to show."""
        self._started, self._first = time.monotonic(), trainer.global_step
        self._task = self._bar.add_task("", total=trainer.max_steps, measured="")
        if trainer.is_global_zero and self._console.is_terminal:
            self._bar.start()

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,  # noqa: ARG002
        outputs: object,  # noqa: ARG002
        batch: object,  # noqa: ARG002
        batch_idx: int,  # noqa: ARG002
    ) -> None:
        """Show the step."""
        measured = _measured(trainer.callback_metrics)
        self._bar.update(self._task, completed=trainer.global_step, measured=measured)

    def on_train_epoch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,  # noqa: ARG002
    ) -> None:
        """Write a line, where there is no bar."""
        if not trainer.is_global_zero or self._console.is_terminal:
            return
        done, total = trainer.global_step, trainer.max_steps
        spent = time.monotonic() - self._started
        left = timedelta(seconds=round(spent * (total - done) / max(done - self._first, 1)))
        measured = _measured(trainer.callback_metrics)
        self._console.print(f"step {done} of {total}, {measured}, {left} left")

    def teardown(
        self,
        trainer: lightning.Trainer,  # noqa: ARG002
        pl_module: lightning.LightningModule,  # noqa: ARG002
        stage: str,  # noqa: ARG002
    ) -> None:
        """Leave the terminal as it was, however training ended."""
        self._bar.stop()

    def on_exception(
        self,
        trainer: lightning.Trainer,  # noqa: ARG002
        pl_module: lightning.LightningModule,  # noqa: ARG002
        exception: BaseException,  # noqa: ARG002
    ) -> None:
        """Do the same when it is stopped."""
        self._bar.stop()


def _measured(metrics: Mapping[str, object]) -> str:
    found = [text.format(metrics[name]) for name, text in _SHOWN.items() if name in metrics]
    return ", ".join(found)
