"""The phase of coil maps, which the data leave open, chosen once and for all."""

from __future__ import annotations

import torch
from jaxtyping import Complex
from torch import Tensor


def virtual_coil(samples: Complex[Tensor, "coil ky kx"]) -> Complex[Tensor, " coil"]:
    """Return the combination of coils that holds most of the energy; its largest weight is > 0.

    Source: Buehrer et al., Magn. Reson. Med. 57(6), 1131-1139 (2007).
    """
    flat = samples.flatten(1)
    weights: Tensor = torch.linalg.eigh(flat @ flat.mH).eigenvectors[:, -1]
    return weights * torch.sgn(weights[weights.abs().argmax()]).conj()


def align_phase(
    maps: Complex[Tensor, "*batch coil"], virtual: Complex[Tensor, " coil"]
) -> Complex[Tensor, "*batch coil"]:
    """Return the maps turned, pixel by pixel, so that the virtual coil sees no phase."""
    seen = (maps * virtual.conj()).sum(dim=-1, keepdim=True)
    return maps * torch.sgn(seen).conj()
