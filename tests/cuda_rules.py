"""Which tensors CUDA takes together, and what it does in no fixed order.

Where CUDA's own rule is not known for sure, nothing is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves

_aten = torch.ops.aten

CROSSING = {_aten.copy_, _aten._foreach_copy_, _aten.fill_, _aten.fill}
"""Take the device of their first tensor, and the others from anywhere."""
INDEXING = {_aten.index, _aten.index_put, _aten.index_put_, _aten._unsafe_index}
"""Take the device of their first tensor, and indices from the CPU as well."""
_STRICT = {_aten.stack, _aten.index_select, _aten.gather, _aten.take, _aten.equal}
"""Take not even a number without axes from the other device."""
_UNORDERED = {_aten.bincount, _aten.histc, _aten.cumsum, _aten.index_add, _aten.scatter_add}
"""Add numbers in no fixed order; whole numbers do not mind.

Source: the documentation of `torch.use_deterministic_algorithms`.
"""


def check_devices(operation: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
    """Refuse what is not all on one device, but for what may cross over.

    Raises:
        RuntimeError: As CUDA does.
    """
    kind, tensors = operation.overloadpacket, tensors_in((args, kwargs))
    if kind in CROSSING or len({tensor.is_cuda for tensor in tensors}) < 2:
        return
    if kind in INDEXING:
        _check_indexing(*args[:3])
        return
    written = {id(tensor) for tensor in _written(operation, args, kwargs)}
    for tensor in tensors:
        is_number = tensor.ndim == 0 and id(tensor) not in written and kind not in _STRICT
        if not tensor.is_cuda and not is_number:
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two devices, "
                f"cuda:0 and cpu! ({operation})"
            )


def check_order(operation: Any, result: Any) -> None:
    """Refuse sums that come out a little different each time; CUDA itself makes them.

    Raises:
        RuntimeError: The result is such a sum.
    """
    if operation.overloadpacket in _UNORDERED and holds_fractions(result):
        raise RuntimeError(f"CUDA adds in no fixed order: {operation}")


def check_generator(generator: torch.Generator | None, drawn: Any) -> None:
    """Refuse a generator of another device than what it drew.

    Raises:
        RuntimeError: As CUDA does.
    """
    if generator is None or not isinstance(drawn, Tensor):
        return
    wanted, found = drawn.device.type, generator.device.type
    if wanted != found:
        raise RuntimeError(f"Expected a '{wanted}' device type for generator but found '{found}'")


def tensors_in(tree: Any) -> list[Tensor]:
    """Return the tensors of nested arguments, in order."""
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def holds_fractions(tensor: Tensor) -> bool:
    """Return whether it holds other numbers than whole ones."""
    return tensor.dtype.is_floating_point or tensor.dtype.is_complex


def _check_indexing(indexed: Tensor, indices: Any, values: Tensor | None = None) -> None:
    if not indexed.is_cuda and any(index.is_cuda for index in tensors_in(indices)):
        raise RuntimeError(
            "indices should be either on cpu or on the same device as the indexed tensor (cpu)"
        )
    if values is not None and values.ndim > 0 and values.is_cuda != indexed.is_cuda:
        raise RuntimeError("Expected all tensors to be on the same device: indexed and values.")


def _written(operation: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> list[Tensor]:
    """Return the tensors that an operation writes to."""
    wanted = operation._schema.arguments
    given = dict(zip((argument.name for argument in wanted), args, strict=False)) | kwargs
    writes = (a.name for a in wanted if a.alias_info is not None and a.alias_info.is_write)
    return tensors_in([given.get(name) for name in writes])
