"""What the modules of all families share: Adam, its learning rate, what is logged."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

import lightning
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR

from ksyn.training.growth import start_from
from ksyn.training.run import Run
from ksyn.weights import load_card

Batch = TypeVar("Batch")


class Trainee(lightning.LightningModule, Generic[Batch]):
    """A network in training; a family says what its loss is.

    Args:
        run: How to train it.
        model: What is trained, and exported at the end.
    """

    def __init__(self, run: Run, model: nn.Module) -> None:
        super().__init__()
        self.run = run
        self.model = model
        if run.start is not None:
            start_from(model, load_card(run.start))

    @abstractmethod
    def loss(self, batch: Batch) -> Tensor:
        """Return the loss of a batch of the family's examples."""

    def training_step(self, batch: Batch) -> Tensor:
        """Return the loss of one batch."""
        loss = self.loss(batch)
        self.log("loss", loss, sync_dist=True)
        return loss

    def validation_step(self, batch: Batch) -> None:
        """Log the loss on examples that are the same at every epoch."""
        self.log("validation_loss", self.loss(batch), sync_dist=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Return Adam with linear warm-up and cosine decay."""
        optimizer = Adam(self.parameters(), self.run.learning_rate, betas=(0.9, 0.99))
        schedule = LambdaLR(optimizer, _rate(self.run))
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }


def _rate(run: Run) -> Callable[[int], float]:
    """Return the learning rate at each step as a fraction of its peak."""

    def rate(step: int) -> float:
        warm = min(1.0, (step + 1) / (run.warm_up + 1))
        decay = 0.5 * (1 + math.cos(math.pi * min(step / run.steps, 1)))
        return warm * (0.01 + 0.99 * decay)

    return rate
