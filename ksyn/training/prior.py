"""Train a denoising prior: denoising score matching with a blur as further condition."""

from __future__ import annotations

import math
from collections.abc import Callable

import lightning
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader

from ksyn.diffusion.denoiser import Preconditioned, blur_gain
from ksyn.nets import NETWORKS
from ksyn.training.examples import Example, Examples, Images
from ksyn.training.run import Run


class Prior(lightning.LightningModule):
    """A `Preconditioned` network and its weighted squared error.

    Source: Karras et al., NeurIPS 2022, eq. 2 and 8.
    """

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run
        network = NETWORKS.get(run.network).of(run.network_options).build()
        self.model = Preconditioned(network, run.sigma_data)

    def training_step(self, batch: Example) -> Tensor:
        """Return the loss of one batch."""
        loss = self._loss(batch)
        self.log("loss", loss)
        return loss

    def validation_step(self, batch: Example) -> None:
        """Log the loss on examples that are the same at every epoch."""
        self.log("validation_loss", self._loss(batch), prog_bar=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Return Adam with linear warm-up and cosine decay."""
        optimizer = Adam(self.parameters(), self.run.learning_rate, betas=(0.9, 0.99))
        schedule = LambdaLR(optimizer, _rate(self.run))
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }

    def _loss(self, batch: Example) -> Tensor:
        denoised = self.model(batch.noisy, batch.sigma, batch.blur)
        sigma = batch.sigma[:, None, None, None]
        data = self.run.sigma_data
        out = sigma * data / (sigma**2 + data**2).sqrt() + blur_gain(batch.blur)
        error: Tensor = (denoised - batch.clean) / out
        return error.square().mean()


def _rate(run: Run) -> Callable[[int], float]:
    """Return the learning rate at each step as a fraction of its peak."""

    def rate(step: int) -> float:
        warm = min(1.0, (step + 1) / (run.warm_up + 1))
        decay = 0.5 * (1 + math.cos(math.pi * min(step / run.steps, 1)))
        return warm * (0.01 + 0.99 * decay)

    return rate


class Data(lightning.LightningDataModule):
    """The examples of each epoch, drawn anew."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run
        self.training_images = Images(run.packs)
        self.validation_images = Images(run.validation)

    def train_dataloader(self) -> DataLoader[Example]:
        """Return the examples of the trainer's epoch."""
        epoch = self.trainer.current_epoch if self.trainer else 0
        return DataLoader(Examples(self.run, self.training_images, epoch), self.run.batch)

    def val_dataloader(self) -> DataLoader[Example]:
        """Return the examples to validate on."""
        examples = Examples(self.run, self.validation_images, 0, validation=True)
        return DataLoader(examples, self.run.batch)
