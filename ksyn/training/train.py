"""Run a training from its YAML file, and resume it exactly."""

from __future__ import annotations

import csv
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import lightning
from lightning.pytorch.callbacks import Callback, EMAWeightAveraging
from lightning.pytorch.loggers import CSVLogger, Logger, TensorBoardLogger
from lightning.pytorch.utilities import rank_zero_only

from ksyn.device import device_of, has_bfloat16
from ksyn.errors import ReadError
from ksyn.training.checkpoints import LAST, AtomicCheckpoints, StopOnInterrupt, kept
from ksyn.training.families import family_of, load_run
from ksyn.training.loading import Data
from ksyn.training.run import Run
from ksyn.training.validation import ShortReconstructions

_LOG_EVERY = 50
"""Steps between two lines of the log."""


def train(
    run_file: Path,
    folder: Path,
    *,
    resume: bool = False,
    processes: int = 1,
    workers: int = 0,
    callbacks: Sequence[Callback] = (),
) -> Path:
    """Train, and return the last checkpoint.

    Args:
        run_file: What to train, see `Run`.
        folder: Checkpoints and logs go here.
        resume: Go on from the folder's last checkpoint, if it has one; the weights at the end are
            the same, bit for bit, as without the interruption.
        processes: How many share each batch, one on each GPU or all on the CPU. With more than
            one, this program starts itself again for each of the others.
        workers: Processes that draw examples ahead, for each that trains.
        callbacks: What else shall happen; progress, for example.

    Raises:
        ReadError: There are checkpoints, and `resume` was not asked for.
        Stopped: Ctrl-C was pressed; the checkpoint is written.
    """
    run, last = load_run(run_file), folder / LAST
    _check(last, resume)
    data, stop = Data(run, workers), StopOnInterrupt(last)
    short = ShortReconstructions(run, data.validation_images)
    averaging = EMAWeightAveraging(decay=run.ema)
    with _quiet(), stop.listening():
        lightning.seed_everything(run.seed, verbose=False)
        trainer = lightning.Trainer(
            max_steps=run.steps,
            precision=arithmetic_of(run),
            devices=processes,
            strategy="auto" if processes == 1 else "ddp",
            use_distributed_sampler=False,
            callbacks=[short, averaging, stop, *callbacks, *kept(run, folder)],
            plugins=[AtomicCheckpoints()],
            logger=_loggers(folder),
            reload_dataloaders_every_n_epochs=1,
            log_every_n_steps=min(_LOG_EVERY, run.steps_per_epoch),
            num_sanity_val_steps=0,
            gradient_clip_val=1.0,
            enable_model_summary=False,
            enable_progress_bar=False,
        )
        module = family_of(run).module(run)
        trainer.fit(module, data, ckpt_path=last if last.exists() else None)
    return last


def is_first_process() -> bool:
    """Return whether this is the process that writes; training in several starts the others."""
    return getattr(rank_zero_only, "rank", 0) == 0


def arithmetic_of(run: Run) -> Literal["32-true", "bf16-mixed"]:
    """Return the arithmetic that a run asks for, or else the fastest that loses nothing here."""
    if run.precision != "auto":
        return run.precision
    return "bf16-mixed" if has_bfloat16(device_of("auto")) else "32-true"


def losses(folder: Path) -> list[tuple[int, float]]:
    """Return (step, validation loss) of a run's log."""
    return course(folder, "validation_loss")


def course(folder: Path, name: str) -> list[tuple[int, float]]:
    """Return (step, value) of one of the things a run logs."""
    return [
        (int(row["step"]), float(row[name]))
        for log in _logs(folder)
        for row in csv.DictReader(log.read_text(encoding="utf-8").splitlines())
        if row.get(name)
    ]


def _check(last: Path, resume: bool) -> None:
    if last.exists() and not resume:
        raise ReadError(
            f"{last.parent} holds a training already.",
            hint="Go on with --resume, or choose another folder with --output.",
        )


def _loggers(folder: Path) -> list[Logger]:
    """Return the loggers; each start or resume is one version, for CSV and TensorBoard alike."""
    version = f"version_{len(_logs(folder))}"
    return [
        CSVLogger(folder, "logs", version, flush_logs_every_n_steps=_LOG_EVERY),
        TensorBoardLogger(folder, "logs", version),
    ]


def _logs(folder: Path) -> list[Path]:
    """Return the logs of a run: one for its start and one for each time it was resumed."""
    return sorted(folder.glob("logs/version_*/metrics.csv"), key=lambda path: path.stat().st_mtime)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what Lightning advises: each is answered by how examples are made."""
    log = logging.getLogger("lightning.pytorch")
    level = log.level
    log.setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"lightning\.")
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        try:
            yield
        finally:
            log.setLevel(level)
