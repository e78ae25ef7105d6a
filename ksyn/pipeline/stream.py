"""Run a method on a prepared problem: one seed, or the mean of many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.data import Problem, Step
from ksyn.encoding import Encoding
from ksyn.errors import DeviceError
from ksyn.methods.protocol import Method
from ksyn.pipeline.prepare import Prepared


@dataclass(frozen=True, eq=False)
class Average(Step):
    """The mean of the samples drawn so far; yielded after each.

    The mean is that of the complex images: it is the estimate of least squared error, its k-space
    is the mean of the k-spaces, and unlike a mean of magnitudes it is not biased where the signal
    is weak.
    """

    deviation: Float[Tensor, "frame y x"] | None = None
    """Standard deviation of the complex images about their mean; None of a single one."""


def stream(prepared: Prepared, method: Method, seed: int = 0, samples: int = 1) -> Iterator[Step]:
    """Yield the steps of a method, numbered through.

    Args:
        prepared: The problem.
        method: What to run on it.
        seed: Of the first sample; each further one takes the next.
        samples: How often to run; with more than one, the `Average` of all so far follows each,
            and the last step is that of all.

    Raises:
        DeviceError: The device has no memory left.
    """
    try:
        if samples == 1:
            yield from method.stream(prepared.problem, _generator(prepared.problem, seed))
        else:
            yield from _sampled(prepared.problem, method, seed, samples)
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise DeviceError(
            f"The {prepared.problem.device.type.upper()} has no memory left for {method.title}.",
            hint="Compress the coils (--prepare compress_to=8), choose a smaller network, "
            "or run on the CPU.",
        ) from error


@torch.no_grad()
def _sampled(problem: Problem, method: Method, seed: int, samples: int) -> Iterator[Step]:
    encoding = Encoding(problem)
    moments: _Moments | None = None
    for number in range(samples):
        before = moments.steps if moments else 0
        for step in method.stream(problem, _generator(problem, seed + number)):
            total = before + (step.total + 1) * (samples - number)
            last = replace(step, index=before + step.index, total=total)
            yield last
        moments = moments.and_(last) if moments else _Moments.of(last)
        residual = encoding.residual(moments.kspace, problem.kspace.samples)
        yield moments.average(last.total, residual)


@dataclass(frozen=True, eq=False)
class _Moments:
    """Running mean and squared deviation: the memory of one sample, however many there are.

    Source: Welford, Technometrics 4(3), 419-420 (1962).
    """

    samples: int
    steps: int
    image: Complex[Tensor, "frame y x"]
    kspace: Complex[Tensor, "frame coil ky kx"]
    squares: Float[Tensor, "frame y x"]

    @classmethod
    def of(cls, step: Step) -> _Moments:
        """Return the moments of one sample."""
        zeros = torch.zeros_like(step.image.real)
        return cls(1, step.index + 2, step.image, step.kspace, zeros)

    def and_(self, step: Step) -> _Moments:
        """Return the moments with one more sample."""
        n = self.samples + 1
        difference = step.image - self.image
        image = self.image + difference / n
        squares = self.squares + (difference * (step.image - image).conj()).real
        kspace = self.kspace + (step.kspace - self.kspace) / n
        return _Moments(n, step.index + 2, image, kspace, squares)

    def average(self, total: int, data_residual: float) -> Average:
        """Return the mean so far as a step."""
        one = self.samples == 1
        return Average(
            self.image,
            self.kspace,
            self.steps - 1,
            total,
            {"data_residual": data_residual},
            None if one else (self.squares / (self.samples - 1)).sqrt(),
        )


def _generator(problem: Problem, seed: int) -> torch.Generator:
    return torch.Generator(problem.device).manual_seed(seed)
