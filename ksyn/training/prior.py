"""Train a denoising prior: denoising score matching with a blur as further condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ksyn.data import Problem, Step
from ksyn.diffusion.denoiser import NetworkDenoiser, Preconditioned, blur_gain
from ksyn.methods.ak_diffusion import AkDiffusion, ak_stream
from ksyn.nets import NETWORKS
from ksyn.training.family import Family
from ksyn.training.prior_examples import Example, Examples, PriorRun
from ksyn.training.trainee import Trainee

_SHORT = AkDiffusion(steps=10)
"""The reconstruction of validation."""


class Prior(Trainee[Example]):
    """A `Preconditioned` network and its weighted squared error.

    Source: Karras et al., NeurIPS 2022, eq. 2 and 8.
    """

    model: Preconditioned

    def __init__(self, run: PriorRun) -> None:
        network = NETWORKS.get(run.network).of(run.network_options).build()
        super().__init__(run, Preconditioned(network, run.sigma_data))

    def loss(self, batch: Example) -> Tensor:
        """Return the squared error, weighted so that every σ counts alike."""
        denoised = self.model(batch.noisy, batch.sigma, batch.blur)
        sigma, data = batch.sigma[:, None, None, None], self.model.sigma_data
        out = sigma * data / (sigma**2 + data**2).sqrt() + blur_gain(batch.blur)
        error: Tensor = (denoised - batch.clean) / out
        return error.square().mean()


def _card(run: PriorRun) -> Mapping[str, Any]:
    return {
        "domain": "complex image, coil-combined or of one coil; attenuated and noisy in, clean out",
        "normalisation": "99.5 % quantile of the magnitude = 1",
        "sigma_data": run.sigma_data,
    }


def _reconstruct(model: nn.Module, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
    assert isinstance(model, Preconditioned)  # noqa: S101 - what `Prior` made
    return ak_stream(problem, NetworkDenoiser(model), _SHORT, rng)


PRIOR = Family("prior", "Denoising prior", PriorRun, Prior, Examples, _card, _reconstruct)
