"""A pretend GPU: it computes on the CPU, and keeps track of devices as CUDA does.

Its tensors are of torch's *meta* device, which has shapes and types but no numbers. Here each has
its numbers beside it, in a tensor of the CPU, and calls itself ``cuda:0``. So torch itself carries
the device through whatever it makes of a tensor, and what it asks of the device is answered on the
CPU, after a look at where the tensors are.

It shows:
    - tensors of both devices in one operation, or an index on the GPU into a tensor of the CPU;
      numbers without axes may come from the CPU, and some operations cross over, as with CUDA
    - what is made on the CPU in the midst of a computation on the GPU
    - a generator of the other device
    - NumPy asked to read the GPU's memory
    - numbers read before they were written: they are NaN
    - sums that CUDA adds in another order each time, so that a seed would not repeat its result:
      they are refused here, and silently done there
    - branches of the program that only a GPU takes

It cannot show:
    - kernels: what CUDA refuses or rounds otherwise, or convolves in another order; draws are the
      CPU's
    - memory: how much there is, and when it is freed
    - lower precision: `torch.autocast` changes nothing
    - several GPUs, streams, and other threads: only the thread that entered sees a GPU

Where it does not know better it lets pass what CUDA may refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

GPU = torch.device("cuda", 0)
_META = torch.device("meta")
_CPU = torch.device("cpu")
_aten = torch.ops.aten


@contextmanager
def pretend_gpu() -> Iterator[torch.device]:
    """Let this thread find a GPU, and return its device."""
    answers = {
        "is_available": lambda: True,
        "device_count": lambda: 1,
        "current_device": lambda: 0,
        "get_device_name": lambda device=None: "Pretend GPU",
        "is_bf16_supported": lambda including_emulation=True: True,
        "get_rng_state": lambda device=None: torch.get_rng_state(),
        "set_rng_state": lambda state, device=None: None,
        "synchronize": lambda device=None: None,
        "empty_cache": lambda: None,
    }
    with ExitStack() as stack:
        for name, answer in answers.items():
            stack.enter_context(patch.object(torch.cuda, name, answer))
        stack.enter_context(patch.object(torch, "Generator", PretendGenerator))
        stack.enter_context(_Names())
        stack.enter_context(_Operations())
        yield GPU


class GpuTensor(Tensor):
    """A tensor that is said to be on the GPU; `numbers` is what it holds."""

    numbers: Tensor

    @staticmethod
    def __new__(cls, numbers: Tensor) -> GpuTensor:
        made = Tensor._make_wrapper_subclass(
            cls,
            numbers.shape,
            strides=numbers.stride(),
            storage_offset=numbers.storage_offset(),
            dtype=numbers.dtype,
            device=_META,
        )
        torch._C._set_conj(made, numbers.is_conj())
        torch._C._set_neg(made, numbers.is_neg())
        made.numbers = numbers
        return made

    device = property(lambda self: GPU)
    is_cuda = property(lambda self: True)
    is_meta = property(lambda self: False)

    def numpy(self, *, force: bool = False) -> Any:
        if force:
            return self.detach().cpu().resolve_conj().resolve_neg().numpy()
        raise TypeError(
            "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the "
            "tensor to host memory first."
        )

    def tolist(self) -> Any:
        return self.cpu().tolist()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.numbers})"

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None) -> Any:
        return _computed(operation, args, kwargs or {})


class _Operations(TorchDispatchMode):
    """Computes on tensors of both devices; without it, those that make a tensor were missed."""

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None) -> Any:
        return _computed(operation, args, kwargs or {})


class _Names(TorchFunctionMode):
    """Takes the word ``cuda`` for the pretend GPU, before torch looks for a real one."""

    def __torch_function__(self, function, types, args=(), kwargs=None) -> Any:
        kwargs = kwargs or {}
        if function is Tensor.cuda:
            return args[0].to(_META)
        if function in _FROM_PYTHON:
            return _from_python(function, args, kwargs)
        if function is torch.unravel_index:
            with self:  # torch wrote it in Python, and makes a tensor in it
                return torch.functional._unravel_index(*args, **kwargs).unbind(-1)
        if function in (Tensor.__getitem__, Tensor.__setitem__):
            args = (args[0], _as_tensors(args[1]), *args[2:])
        if function is Tensor.to:
            args = tuple(map(_named, args))
        if "device" in kwargs:
            kwargs = kwargs | {"device": _named(kwargs["device"])}
        result = function(*args, **kwargs)
        _check_generator(kwargs.get("generator"), result)
        return result


_FROM_PYTHON = (torch.tensor, torch.as_tensor, torch.asarray, Tensor.new_tensor)


def _from_python(function: Callable[..., Tensor], args: Any, kwargs: dict[str, Any]) -> Tensor:
    """Return what is made of Python's numbers; of the meta device torch would drop them."""
    device = kwargs.get("device")
    if function is Tensor.new_tensor:
        like, *args = args
        device = like.device if device is None else device
        kwargs = {"dtype": like.dtype} | kwargs
        function = torch.tensor
    if device is None:
        return function(*args, **kwargs)
    return function(*args, **kwargs | {"device": None}).to(_named(device))


def _as_tensors(index: Any) -> Any:
    """Return an index with its lists as tensors, which for the meta device would be lost too."""
    if isinstance(index, tuple):
        return tuple(map(_as_tensors, index))
    return torch.as_tensor(index) if isinstance(index, list | np.ndarray) else index


def _named(value: Any) -> Any:
    """Return the meta device for CUDA's, and anything else as it is."""
    is_device = isinstance(value, str | torch.device)
    return _META if is_device and str(value).startswith("cuda") else value


_Generator = torch.Generator


class _KindOfGenerator(type(_Generator)):
    def __instancecheck__(cls, thing: Any) -> bool:
        return isinstance(thing, _Generator)


class PretendGenerator(_Generator, metaclass=_KindOfGenerator):
    """A generator of the CPU that may be said to be the GPU's."""

    def __new__(cls, device: str | torch.device = _CPU) -> PretendGenerator:
        made = super().__new__(cls)
        made.said = GPU if torch.device(device).type == "cuda" else _CPU
        return made

    def __init__(self, device: str | torch.device = _CPU) -> None:
        pass

    device = property(lambda self: self.said)


def _check_generator(generator: torch.Generator | None, drawn: Any) -> None:
    if generator is None or not isinstance(drawn, Tensor):
        return
    wanted, found = drawn.device.type, generator.device.type
    if wanted != found:
        raise RuntimeError(f"Expected a '{wanted}' device type for generator but found '{found}'")


_CROSSING = {
    _aten.copy_,
    _aten._foreach_copy_,
    _aten.fill_,
    _aten.fill,
}
"""Take the device of their first tensor, and the others from anywhere."""
_INDEXING = {_aten.index, _aten.index_put, _aten.index_put_, _aten._unsafe_index}
_STRICT = {_aten.stack, _aten.index_select, _aten.gather, _aten.take, _aten.equal}
"""Take not even a number without axes from the other device."""
_UNWRITTEN = {_aten.empty, _aten.empty_like, _aten.empty_strided, _aten.new_empty}
"""Make tensors without writing to them."""
_UNORDERED = {_aten.bincount, _aten.histc, _aten.cumsum, _aten.index_add, _aten.scatter_add}
"""Add numbers in no fixed order; whole numbers do not mind.

Source: the documentation of `torch.use_deterministic_algorithms`.
"""


def _computed(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return what CUDA would: the result, on the device of the tensors or the one asked for.

    Raises:
        RuntimeError: The tensors are not on one device.
    """
    kind, tensors = operation.overloadpacket, _tensors((args, kwargs))
    _check_devices(kind, operation, args, kwargs)
    there = any(map(_on_gpu, args[:1] if kind in _CROSSING | _INDEXING else tensors))
    if (device := kwargs.get("device")) is not None:
        there = device == _META
        kwargs = kwargs | {"device": _CPU}
    plain_args, plain_kwargs = tree_map_only(GpuTensor, lambda t: t.numbers, (args, kwargs))
    result = operation(*plain_args, **plain_kwargs)
    _check_shapes(operation, tensors)
    if not there:
        return result
    if kind in _UNORDERED and result.dtype.is_floating_point | result.dtype.is_complex:
        raise RuntimeError(f"CUDA adds in no fixed order: {operation}")
    if kind in _UNWRITTEN and result.dtype.is_floating_point | result.dtype.is_complex:
        result.fill_(torch.nan)
    # What was written to is handed back as the tensor it was.
    known = {id(_numbers_of(tensor)): tensor for tensor in tensors}
    return tree_map_only(Tensor, lambda t: known[id(t)] if id(t) in known else GpuTensor(t), result)


def _check_devices(kind: Any, operation: Any, args: Any, kwargs: dict[str, Any]) -> None:
    tensors = _tensors((args, kwargs))
    if kind in _CROSSING or len(set(map(_on_gpu, tensors))) < 2:
        return None
    if kind in _INDEXING:
        return _check_indices(*args[:3])
    written = {id(tensor) for tensor in _written(operation, args, kwargs)}
    for tensor in tensors:
        is_number = tensor.ndim == 0 and id(tensor) not in written and kind not in _STRICT
        if not _on_gpu(tensor) and not is_number:
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two devices, "
                f"cuda:0 and cpu! ({operation})"
            )
    return None


def _check_indices(indexed: Tensor, indices: Any, values: Tensor | None = None) -> None:
    if not _on_gpu(indexed) and any(map(_on_gpu, _tensors(indices))):
        raise RuntimeError(
            "indices should be either on cpu or on the same device as the indexed tensor (cpu)"
        )
    if values is not None and values.ndim > 0 and _on_gpu(values) != _on_gpu(indexed):
        raise RuntimeError("Expected all tensors to be on the same device: indexed and values.")


def _check_shapes(operation: Any, tensors: list[Tensor]) -> None:
    """Refuse what is right for CUDA but beyond the pretence: its tensors keep their shapes."""
    for tensor in tensors:
        if tensor.shape != _numbers_of(tensor).shape:
            raise NotImplementedError(f"The pretend GPU cannot change shapes in place: {operation}")


def _written(operation: Any, args: Any, kwargs: dict[str, Any]) -> list[Tensor]:
    """Return the tensors that an operation writes to."""
    wanted = operation._schema.arguments
    given = dict(zip((argument.name for argument in wanted), args, strict=False)) | kwargs
    writes = (a.name for a in wanted if a.alias_info is not None and a.alias_info.is_write)
    return _tensors([given.get(name) for name in writes])


def _tensors(tree: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def _on_gpu(tensor: Any) -> bool:
    return isinstance(tensor, GpuTensor)


def _numbers_of(tensor: Tensor) -> Tensor:
    return tensor.numbers if isinstance(tensor, GpuTensor) else tensor
