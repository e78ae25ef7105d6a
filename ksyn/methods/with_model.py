"""What methods with a trained network share: which model it is, its arithmetic, how it runs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, ClassVar

import torch

from ksyn.data import Problem, Step
from ksyn.diffusion.coil_space import Randomness
from ksyn.diffusion.denoiser import Denoiser
from ksyn.diffusion.reconstruction import repeated
from ksyn.learned import load_reconstructor, reconstruction_steps
from ksyn.methods.protocol import Family, Method
from ksyn.options import option
from ksyn.weights import Precision, best_of, load_denoiser, why_missing


def model_option(model_of: str, *preferred: str, text: str = "Trained network.") -> Any:  # noqa: ANN401
    """Declare the option `model`: of which kind, and which of them it is by default.

    Args:
        model_of: Family of its model, or family and network; see `option`.
        preferred: Ids of the models that ship for it, best first. The first that is installed is
            the default; without any, the first installed model of the kind.
        text: One line of help.
    """
    return option(partial(best_of, model_of, preferred), model_of=model_of, help=text)


class WithModel(Method):
    """A method that needs a trained network."""

    model: str
    """Its id; each method declares it with `model_option`."""
    precision: Precision = option(
        "float32", help="Arithmetic of the network; bfloat16 is faster on new machines."
    )

    @classmethod
    def unavailable(cls) -> str:
        """Return why no model of its kind can be used here; empty when one can."""
        default = cls.model_fields["model"].get_default(call_default_factory=True)
        reason = why_missing(default)
        return f"{reason}; `ksyn train` makes one from a run file" if reason else ""

    def model_id(self) -> str:
        """Return the id of the weights."""
        return self.model


class LearnedMethod(WithModel):
    """A network of its own name that was trained to reconstruct, end to end."""

    family: ClassVar[Family] = "learned"

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the network's estimates, from what it starts with to its answer."""
        network = load_reconstructor(self.model, self.name, problem.device)
        yield from reconstruction_steps(network, problem, self.precision)


class DiffusionMethod(WithModel):
    """A sampler that is led by a denoising prior."""

    family: ClassVar[Family] = "diffusion"

    @abstractmethod
    def sample(self, problem: Problem, denoiser: Denoiser, rng: Randomness) -> Iterator[Step]:
        """Yield the corrected estimate after each step; one generator, or one a frame."""

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the corrected estimate after each step."""
        denoiser = load_denoiser(self.model, problem.device, self.precision)
        yield from self.sample(problem, denoiser, rng)

    @torch.no_grad()
    def stream_together(self, problem: Problem, rngs: Sequence[torch.Generator]) -> Iterator[Step]:
        """Yield the steps of several samples at once, one after the other along the frames."""
        denoiser = load_denoiser(self.model, problem.device, self.precision)
        yield from self.sample(repeated(problem, len(rngs)), denoiser, rngs)
