"""Run a training from its YAML file, resume it exactly, and take the weights out."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import EMAWeightAveraging, ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.plugins.io import TorchCheckpointIO

from ksyn.training.prior import Data, Prior
from ksyn.training.run import Run


def train(run_file: Path, folder: Path, *, resume: bool = False) -> Path:
    """Train, and return the last checkpoint.

    Args:
        run_file: What to train, see `Run`.
        folder: Checkpoints and logs go here.
        resume: Go on from the folder's last checkpoint; the weights at the end are the same, bit
            for bit, as without the interruption.
    """
    run = Run.load(run_file)
    lightning.seed_everything(run.seed, verbose=False)
    last = folder / "last.ckpt"
    trainer = lightning.Trainer(
        max_steps=run.steps,
        precision=run.precision,
        callbacks=[
            EMAWeightAveraging(decay=run.ema),
            ModelCheckpoint(
                folder,
                "best",
                monitor="validation_loss",
                save_last=True,
                enable_version_counter=False,
            ),
        ],
        plugins=[_AtomicCheckpoints()],
        logger=CSVLogger(folder, "logs", version=len(_logs(folder)), flush_logs_every_n_steps=50),
        reload_dataloaders_every_n_epochs=1,
        log_every_n_steps=50,
        num_sanity_val_steps=0,
        gradient_clip_val=1.0,
        enable_model_summary=False,
        enable_progress_bar=True,
    )
    trainer.fit(Prior(run), Data(run), ckpt_path=last if resume and last.exists() else None)
    return last


class _AtomicCheckpoints(TorchCheckpointIO):
    """Write a checkpoint beside its place and rename it: a kill never leaves half a file."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: object = None
    ) -> None:
        unfinished = Path(f"{path}.tmp")
        super().save_checkpoint(checkpoint, unfinished, storage_options)
        unfinished.replace(path)


def trained_model(run: Run, checkpoint: Path) -> torch.nn.Module:
    """Return the averaged model of a checkpoint, in evaluation mode."""
    prior = Prior(run)
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
    prior.load_state_dict(state)
    model: torch.nn.Module = prior.model.eval()
    return model


def losses(folder: Path) -> list[tuple[int, float]]:
    """Return (step, validation loss) of a run's log."""
    return [
        (int(row["step"]), float(row["validation_loss"]))
        for log in _logs(folder)
        for row in csv.DictReader(log.read_text(encoding="utf-8").splitlines())
        if row.get("validation_loss")
    ]


def _logs(folder: Path) -> list[Path]:
    """Return the logs of a run: one for its start and one for each time it was resumed."""
    return sorted(folder.glob("logs/version_*/metrics.csv"), key=lambda path: path.stat().st_mtime)
