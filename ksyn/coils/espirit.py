"""ESPIRiT: coil maps as eigenvectors of what local k-space neighbourhoods have in common."""

from __future__ import annotations

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.calibration import centred_data
from ksyn.coils.crop import ACS_SIDE, automatic_crop
from ksyn.coils.eigenvectors import leading_eigenvectors
from ksyn.coils.phase import align_phase, virtual_coil
from ksyn.data import KSpace, Mask, SensMaps
from ksyn.errors import ShapeError
from ksyn.fourier import resize_centred, waves

BLOCK_BYTES = 8 * 2**20
"""Memory of the matrices that are decomposed together [byte]."""
OVERFLOW_GRID = (24, 24)
"""Points at which a second set of maps is looked for; eigenvalues vary slowly."""
OVERFLOW = 0.95
"""Second eigenvalue above which a second set would explain what the first does not."""
OVERFLOW_SHARE = 0.015
"""Share of the field of view that needs two sets of maps before they are worth it.

Of a head of 8 coils whose field of view was made ever smaller, L1-wavelet and CG-SENSE with two
sets were up to 0.4 dB behind one at a share of 0.014, 3 to 12 dB ahead at 0.03, and 9 to 21 dB at
0.09; of a sagittal head, 2 to 4 dB ahead at 0.02. Scans of whole heads are below 0.01.
"""


def espirit(
    kspace: KSpace,
    mask: Mask,
    *,
    kernel: int = 6,
    threshold: float = 0.03,
    crop: float | None = None,
    n_sets: int | None = 1,
    noise: float | None = None,
) -> SensMaps:
    """Estimate coil maps from the fully sampled centre of k-space.

    Args:
        kspace: Samples; frames are averaged first.
        mask: Where they are measured; its centre must hold a kernel.
        kernel: Side of the calibration kernel [samples].
        threshold: Singular values below this times the largest belong to the noise; less makes
            maps of more background.
        crop: Maps are 0 where their eigenvalue is below this; None ends them with the object.
        n_sets: Sets of maps, at most as many as coils; None is 2 for an object larger than the
            field of view, else 1.
        noise: Noise level of a sample, which the automatic crop can do better with.

    Returns:
        Maps of norm 1 where the eigenvalue exceeds `crop`, else 0; of a single set, with the share
        of the field of view that needs a second.

    Raises:
        ShapeError: The centre is smaller than the kernel, or too small to find any coil map.

    Source: Uecker et al., Magn. Reson. Med. 71(3), 990-1001 (2014).
    """
    acs = _calibration(kspace, mask, kernel)
    filters = _filters(_row_space(_patches(acs, kernel), threshold), kspace.n_coils, kernel)
    overflow = _overflow(filters)
    n_sets = min(n_sets or (2 if overflow > OVERFLOW_SHARE else 1), kspace.n_coils)
    values, vectors = _eigenmaps(filters, kspace.matrix, n_sets)
    maps = align_phase(vectors, virtual_coil(acs))
    limit = automatic_crop(values[0], kspace, mask, noise) if crop is None else crop
    kept = maps.where((values > limit)[..., None], 0)
    if not bool(kept.any()):
        raise _no_maps(acs, limit)
    return SensMaps(kept.movedim(-1, 1).contiguous(), overflow if n_sets == 1 else 0.0)


def _overflow(filters: Complex[Tensor, "coil coil shift_y shift_x"]) -> float:
    """Return the share of the field of view in which one set of maps does not explain the data."""
    if filters.shape[0] == 1:
        return 0.0
    values, _ = _eigenmaps(filters, OVERFLOW_GRID, 2)
    return float((values[1] > OVERFLOW).float().mean())


def _calibration(kspace: KSpace, mask: Mask, kernel: int) -> Complex[Tensor, "coil ky kx"]:
    acs = centred_data(kspace, mask)
    ky, kx = acs.shape[-2:]
    if min(ky, kx) < kernel:
        raise ShapeError(
            f"The calibration centre is {ky} × {kx} samples, the kernel {kernel} × {kernel}.",
            hint="Measure more autocalibration (ACS) lines, or choose a smaller kernel.",
        )
    return resize_centred(acs, (min(ky, ACS_SIDE), min(kx, ACS_SIDE)))


def _no_maps(acs: Complex[Tensor, "coil ky kx"], limit: float) -> ShapeError:
    ky, kx = acs.shape[-2:]
    return ShapeError(
        f"ESPIRiT finds no coil map in a calibration centre of {ky} × {kx} samples: no "
        f"eigenvalue exceeds {limit:.3g}.",
        hint="Measure more autocalibration (ACS) lines, lower the crop, or choose other maps.",
    )


def _patches(acs: Complex[Tensor, "coil ky kx"], kernel: int) -> Complex[Tensor, "patch sample"]:
    """Return the calibration matrix: one neighbourhood of all coils a row."""
    windows = acs.unfold(1, kernel, 1).unfold(2, kernel, 1)
    return windows.permute(1, 2, 0, 3, 4).flatten(0, 1).flatten(1)


def _row_space(
    patches: Complex[Tensor, "patch sample"], threshold: float
) -> Complex[Tensor, "sample rank"]:
    """Return the right singular vectors whose singular values are above the threshold."""
    squares, vectors = torch.linalg.eigh(patches.mH @ patches)
    signal: Tensor = vectors[:, squares > threshold**2 * squares[-1]]
    return signal


def _filters(
    row_space: Complex[Tensor, "sample rank"], n_coils: int, kernel: int
) -> Complex[Tensor, "coil coil shift_y shift_x"]:
    """Return the convolution that projects every neighbourhood and averages the overlaps.

    It is the operator W of the paper (eq. 14), with shifts from 1 − kernel to kernel − 1.
    """
    projector = (row_space.conj() @ row_space.mT).reshape(
        n_coils, kernel, kernel, n_coils, kernel, kernel
    )
    side = 2 * kernel - 1
    filters = projector.new_zeros(n_coils, n_coils, side, side)
    for y in range(kernel):
        for x in range(kernel):
            top, left = kernel - 1 - y, kernel - 1 - x
            window = filters[:, :, top : top + kernel, left : left + kernel]
            window += projector[:, y, x]
    return filters / kernel**2


def _eigenmaps(
    filters: Complex[Tensor, "coil coil shift_y shift_x"], matrix: tuple[int, int], n_sets: int
) -> tuple[Float[Tensor, "set y x"], Complex[Tensor, "set y x coil"]]:
    """Return, for each pixel, the leading eigenvalues and eigenvectors of the filters' image.

    The filters are so short that their image is summed directly, a block of rows at a time.
    """
    n_coils = filters.shape[0]
    along_y, along_x = (waves(n, filters.shape[-1]).to(filters) for n in matrix)
    rows = max(BLOCK_BYTES // (8 * n_coils**2 * matrix[1]), 1)
    values, vectors = [], []
    for block in torch.split(along_y, rows):
        operators = along_x @ torch.einsum("ijab,ya->ybij", filters, block).flatten(2)
        matrices = operators.reshape(-1, n_coils, n_coils)
        value, vector = leading_eigenvectors(matrices, n_sets)
        values.append(value.reshape(len(block), -1, n_sets))
        vectors.append(vector.reshape(len(block), -1, n_coils, n_sets))
    return torch.cat(values).movedim(-1, 0), torch.cat(vectors).movedim(-1, 0)
