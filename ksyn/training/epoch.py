"""The examples of one epoch, each a pure function of the run's seed, the epoch and its number."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Generic, TypeVar

import torch
from torch.utils.data import Dataset

from ksyn.training.images import Images
from ksyn.training.run import Run

Settings = TypeVar("Settings", bound=Run)
Drawn = TypeVar("Drawn")

_VALIDATION_BATCHES = 8


class Epoch(Dataset[Drawn], Generic[Settings, Drawn]):
    """Numbered examples: resuming and sharing out rely on each being the same whoever asks.

    Args:
        run: Its settings.
        images: What they are made of.
        epoch: Other epochs hold other examples; validation is always the same.
        validation: Whether they are those of validation.
    """

    stream: ClassVar[int] = 1 << 40
    """Where numbers begin: examples of two kinds in one run have numbers of their own."""

    def __init__(self, run: Settings, images: Images, epoch: int, validation: bool = False) -> None:
        self.run = run
        self.images = images
        self._first = self.stream * (1 + validation) + epoch * run.steps_per_epoch * run.batch
        self._size = run.batch * (_VALIDATION_BATCHES if validation else run.steps_per_epoch)

    def __len__(self) -> int:
        return self._size

    @abstractmethod
    def __getitem__(self, index: int) -> Drawn:
        """Return an example."""

    def of_example(self, index: int) -> torch.Generator:
        """Return what draws an example."""
        return self._generator(self._first + index)

    def of_batch(self, index: int) -> torch.Generator:
        """Return what draws that which all examples of a batch have in common."""
        return self._generator(-1 - self._first - index // self.run.batch)

    def _generator(self, number: int) -> torch.Generator:
        return torch.Generator().manual_seed(self.run.seed * (1 << 48) + number % (1 << 47))
