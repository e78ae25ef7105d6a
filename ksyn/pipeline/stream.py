"""Run a method on a prepared problem: one seed, or the mean of many."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ksyn.data import Step
from ksyn.errors import DeviceError
from ksyn.memory import keep_freed_memory
from ksyn.methods.protocol import Method
from ksyn.pipeline.prepare import Prepared
from ksyn.pipeline.samples import generator, sampled

_TOGETHER = {"cuda": 8}
"""Frames of samples drawn at once. A processor gains nothing by it, and one by one they are the
same bits as single runs."""


def stream(
    prepared: Prepared,
    method: Method,
    seed: int = 0,
    samples: int = 1,
    together: int | None = None,
) -> Iterator[Step]:
    """Yield the steps of a method, numbered through.

    Args:
        prepared: The problem.
        method: What to run on it.
        seed: Of the first sample; each further one takes the next.
        samples: How often to run; with more than one, see `sampled`: the last step is the
            `Average` of all, and each `Sample` comes by.
        together: Samples to draw at once, where the method can; None is best for the device.

    Raises:
        DeviceError: The device has no memory left.
    """
    keep_freed_memory()
    problem = prepared.problem
    try:
        if samples == 1:
            yield from method.stream(problem, generator(problem, seed))
        else:
            frames = _TOGETHER.get(problem.device.type, 1)
            at_once = together or max(frames // problem.kspace.n_frames, 1)
            yield from sampled(problem, method, range(seed, seed + samples), at_once)
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise DeviceError(
            f"The {problem.device.type.upper()} has no memory left for {method.title}.",
            hint="Compress the coils (--prepare compress_to=8), choose a smaller network, "
            "or run on the CPU.",
        ) from error
