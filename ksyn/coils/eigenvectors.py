"""The leading eigenvectors of many small Hermitian matrices: one for each pixel."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Complex, Float
from torch import Tensor

_ITERATIONS = 10
_TOLERANCE = 3e-4


def leading_eigenvectors(
    matrices: Complex[Tensor, "pixel coil coil"], n: int = 1
) -> tuple[Float[Tensor, "pixel n"], Complex[Tensor, "pixel coil n"]]:
    """Return the n largest eigenvalues of positive semi-definite matrices, and their vectors.

    A single one is found by power iteration wherever that is certain to have found it, which
    spares most pixels the full decomposition.
    """
    if n > 1:
        return _decompose(matrices, n)
    values, vectors, certain = _iterate(matrices)
    rest = ~certain
    values[rest], vectors[rest] = _decompose(matrices[rest], n)
    return values, vectors


def _decompose(matrices: Tensor, n: int) -> tuple[Tensor, Tensor]:
    values, vectors = torch.linalg.eigh(matrices)
    return values[..., -n:].flip(-1), vectors[..., -n:].flip(-1)


def _iterate(matrices: Tensor) -> tuple[Tensor, Tensor, Bool[Tensor, " pixel"]]:
    """Return what power iteration finds, and where it is the largest eigenvalue for certain.

    It is where (λ, v) leaves no residual and λ² is more than half of Σ λᵢ² = ‖matrix‖².
    """
    v = _normalised(_largest_column(matrices))
    for _ in range(_ITERATIONS):
        v = _normalised(matrices @ v)
    product = matrices @ v
    value = torch.linalg.vecdot(v, product, dim=-2).real
    rest = product - v * value[..., None]
    exact = _energy(rest) < (_TOLERANCE * value[:, 0]) ** 2
    largest = 2 * value[:, 0].square() > _energy(matrices)
    return value, v, exact & largest


def _largest_column(matrices: Tensor) -> Tensor:
    """Return each matrix's column with the largest diagonal: never far from the eigenvector."""
    column = matrices.diagonal(dim1=-2, dim2=-1).real.argmax(dim=-1)[:, None, None]
    return matrices.gather(-1, column.expand(-1, matrices.shape[-2], -1))


def _normalised(vectors: Tensor) -> Tensor:
    return vectors * _energy(vectors).clamp_min(1e-30).rsqrt()[:, None, None]


def _energy(matrices: Tensor) -> Float[Tensor, " pixel"]:
    flat = matrices.flatten(1)
    energy: Tensor = torch.linalg.vecdot(flat, flat).real
    return energy
