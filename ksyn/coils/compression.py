"""Coil compression: fewer virtual coils that hold nearly all of the signal."""

from __future__ import annotations

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.calibration import calibration_data
from ksyn.data import KSpace, Mask
from ksyn.errors import OptionError, ShapeError


def compress(
    kspace: KSpace, mask: Mask, n_coils: int
) -> tuple[KSpace, Complex[Tensor, "virtual coil"]]:
    """Return the k-space of virtual coils, strongest first, and the matrix that mixes them.

    The matrix has orthonormal rows, so whitened noise stays white. It is found from the fully
    sampled centre, or from all that was measured where there is none.

    Raises:
        OptionError: There are fewer coils than were asked for.

    Source: Buehrer et al., Magn. Reson. Med. 57(6), 1131-1139 (2007); Huang et al., Magn. Reson.
    Imaging 26(1), 133-141 (2008).
    """
    if not 1 <= n_coils <= kspace.n_coils:
        raise OptionError(
            f"{n_coils} virtual coil(s) cannot be made of {kspace.n_coils}.",
            hint=f"Choose 1 to {kspace.n_coils}.",
        )
    signal = _signal(kspace, mask)
    vectors = torch.linalg.eigh(signal @ signal.mH).eigenvectors
    mixing = _fixed_phase(vectors[:, -n_coils:].flip(-1)).mH.contiguous()
    return kspace.with_samples(torch.einsum("vc,fcyx->fvyx", mixing, kspace.samples)), mixing


def _signal(kspace: KSpace, mask: Mask) -> Complex[Tensor, "coil sample"]:
    try:
        return calibration_data(kspace, mask).flatten(1)
    except ShapeError:
        return kspace.samples.movedim(1, 0).flatten(1)


def _fixed_phase(vectors: Complex[Tensor, "coil virtual"]) -> Complex[Tensor, "coil virtual"]:
    """Return the vectors with their largest weight > 0: the same on every device."""
    largest = vectors.gather(0, vectors.abs().argmax(dim=0, keepdim=True))
    return vectors * torch.sgn(largest).conj()
