"""Batches of examples: the same ones however many processes share them, or after a resume."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import lightning
from torch.utils.data import DataLoader, Dataset, Sampler

from ksyn.errors import OptionError
from ksyn.training.families import family_of
from ksyn.training.images import Images
from ksyn.training.run import Run


class Data(lightning.LightningDataModule):
    """The examples of each epoch, drawn anew.

    Args:
        run: What to train on.
        workers: Processes that draw examples ahead, for each that trains.
    """

    def __init__(self, run: Run, workers: int = 0) -> None:
        super().__init__()
        self.run = run
        self.workers = workers
        self.training_images = Images(run.packs)
        self.validation_images = Images(run.validation, validation=True)

    def train_dataloader(self) -> DataLoader[Any]:
        """Return the examples of the trainer's epoch, from the batch it stands at."""
        examples = self._examples(self.training_images, self._here().current_epoch, False)
        return self._loader(examples, self._first_batch())

    def val_dataloader(self) -> DataLoader[Any]:
        """Return the examples to validate on."""
        return self._loader(self._examples(self.validation_images, 0, True), 0)

    def _examples(self, images: Images, epoch: int, validation: bool) -> Dataset[Any]:
        return family_of(self.run).examples(self.run, images, epoch, validation)

    def _loader(self, examples: Dataset[Any], first: int) -> DataLoader[Any]:
        rank, processes = self._here().global_rank, self._here().world_size
        batches = Batches(len(examples), self.run.batch, rank, processes, first)  # type: ignore[arg-type]
        return DataLoader(examples, batch_sampler=batches, num_workers=self.workers)

    def _here(self) -> lightning.Trainer:
        assert self.trainer is not None  # noqa: S101 - it asks for the loaders
        return self.trainer

    def _first_batch(self) -> int:
        """Return how many batches of the epoch were trained on before a resume."""
        loop = self._here().fit_loop
        done = loop.epoch_loop.batch_progress.current.ready if loop.restarting else 0
        return int(done) % self.run.steps_per_epoch


class Batches(Sampler[list[int]]):
    """The numbers of the examples of each batch, of which a process takes its share.

    Args:
        examples: How many there are.
        batch: Examples of a batch, all processes together.
        rank: Which process this is.
        processes: How many there are.
        first: Batches to leave out; they still count, as the trainer's own do.

    Raises:
        OptionError: The batch cannot be shared out evenly.
    """

    def __init__(self, examples: int, batch: int, rank: int, processes: int, first: int) -> None:
        if batch % processes:
            raise OptionError(
                f"A batch of {batch} cannot be shared evenly by {processes} processes.",
                hint="Change `batch` in the run file, or the number of processes.",
            )
        self.count, self.batch, self.first = examples // batch, batch, first
        self.share = range(rank * batch // processes, (rank + 1) * batch // processes)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[list[int]]:
        for number in range(self.first, self.count):
            yield [number * self.batch + place for place in self.share]
