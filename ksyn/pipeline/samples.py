"""Several samples of one problem: each of them, their mean and their deviation, as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.data import Problem, Step
from ksyn.encoding import Encoding
from ksyn.methods.protocol import Method


@dataclass(frozen=True, eq=False)
class Sample(Step):
    """One sample, finished: the last step of its seed."""

    seed: int = 0
    """What makes it again on its own."""


@dataclass(frozen=True, eq=False)
class Average(Step):
    """The mean of the samples drawn so far, with their `deviation` from the second on.

    The mean is that of the complex images: it is the estimate of least squared error, its k-space
    is the mean of the k-spaces, and unlike a mean of magnitudes it is not biased where the signal
    is weak.
    """

    samples: int = 1
    """How many it is the mean of."""


@runtime_checkable
class DrawsTogether(Protocol):
    """A method that can draw several samples at once."""

    def stream_together(self, problem: Problem, rngs: Sequence[torch.Generator]) -> Iterator[Step]:
        """Yield steps with the frames of one sample after those of the other.

        Up to rounding, which a network's batch size may change, each is what `Method.stream`
        draws with its generator alone.
        """


@torch.no_grad()
def sampled(problem: Problem, method: Method, seeds: range, together: int = 1) -> Iterator[Step]:
    """Yield the steps of all samples, numbered through.

    A sample drawn alone streams its own steps; samples drawn together stream the mean of all so
    far, with its deviation. In both cases each ends as a `Sample`, and the `Average` of all so far
    follows it, so that the last step is that of all.

    Args:
        problem: What was measured.
        method: What to run on it.
        seeds: One for each sample. Drawn alone, sample and single run are the same to the bit.
        together: How many to draw at once, if the method can.
    """
    encoding, measured = Encoding(problem), problem.kspace.samples
    at_once = together if isinstance(method, DrawsTogether) else 1
    done: Moments | None = None
    before = 0
    for first in range(0, len(seeds), at_once):
        batch = seeds[first : first + at_once]
        for step in _run(problem, method, batch):
            total = before + _length(step.total, len(seeds) - first, at_once)
            if step.index + 1 < step.total:
                step = _shown(step, len(batch), done, encoding, measured)
                yield replace(step, index=before + step.index, total=total)
        index = before + step.index
        for sample in _finished(step, batch, encoding, measured):
            yield replace(sample, index=index, total=total)
            done = done.and_(sample) if done else Moments.of(sample)
            residual = encoding.residual(done.kspace, measured)
            yield done.average(index + 1, total, residual)
            index += 2
        before = index


@dataclass(frozen=True, eq=False)
class Moments:
    """Running mean and squared deviation: the memory of one sample, however many there are.

    Source: Welford, Technometrics 4(3), 419-420 (1962).
    """

    samples: int
    image: Complex[Tensor, "frame y x"]
    kspace: Complex[Tensor, "frame coil ky kx"]
    squares: Float[Tensor, "frame y x"]

    @classmethod
    def of(cls, step: Step) -> Moments:
        """Return the moments of one sample."""
        return cls(1, step.image, step.kspace, torch.zeros_like(step.image.real))

    def and_(self, step: Step) -> Moments:
        """Return the moments with one more sample."""
        n = self.samples + 1
        difference = step.image - self.image
        image = self.image + difference / n
        squares = self.squares + (difference * (step.image - image).conj()).real
        kspace = self.kspace + (step.kspace - self.kspace) / n
        return Moments(n, image, kspace, squares)

    @property
    def deviation(self) -> Float[Tensor, "frame y x"] | None:
        """Standard deviation; None of a single sample."""
        return (self.squares / (self.samples - 1)).sqrt() if self.samples > 1 else None

    def average(self, index: int, total: int, data_residual: float) -> Average:
        """Return the mean so far as a step."""
        scalars = {"data_residual": data_residual}
        image, kspace, deviation = self.image, self.kspace, self.deviation
        return Average(image, kspace, index, total, scalars, deviation, self.samples)


def generator(problem: Problem, seed: int) -> torch.Generator:
    """Return the source of noise of one sample."""
    return torch.Generator(problem.device).manual_seed(seed)


def _run(problem: Problem, method: Method, seeds: range) -> Iterator[Step]:
    rngs = [generator(problem, seed) for seed in seeds]
    if len(rngs) > 1 and isinstance(method, DrawsTogether):
        return method.stream_together(problem, rngs)
    return method.stream(problem, rngs[0])


def _length(steps: int, samples: int, at_once: int) -> int:
    """Return how many steps these samples take: a batch ends with two for each sample."""
    batches = -(-samples // at_once)
    return batches * (steps - 1) + 2 * samples


def _shown(step: Step, n: int, done: Moments | None, encoding: Encoding, measured: Tensor) -> Step:
    """Return a step on the way: of a single sample as it is, of several their average."""
    if n == 1:
        return step
    first, *rest = _parts(step, n)
    now = done.and_(first) if done else Moments.of(first)
    for part in rest:
        now = now.and_(part)
    scalars = {**step.scalars, "data_residual": encoding.residual(now.kspace, measured)}
    return replace(
        step, image=now.image, kspace=now.kspace, scalars=scalars, deviation=now.deviation
    )


def _finished(step: Step, seeds: range, encoding: Encoding, measured: Tensor) -> list[Sample]:
    """Return the samples that a last step holds."""
    samples = []
    for part, seed in zip(_parts(step, len(seeds)), seeds, strict=True):
        scalars = dict(step.scalars)
        if len(seeds) > 1:
            scalars["data_residual"] = encoding.residual(part.kspace, measured)
        samples.append(Sample(part.image, part.kspace, 0, 0, scalars, seed=seed))
    return samples


def _parts(step: Step, n: int) -> list[Step]:
    """Return one step for each of n samples."""
    if n == 1:
        return [step]
    parts = zip(step.image.chunk(n), step.kspace.chunk(n), strict=True)
    return [replace(step, image=image, kspace=kspace) for image, kspace in parts]
