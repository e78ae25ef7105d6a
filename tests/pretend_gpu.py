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
      they are refused here, and silently made there
    - branches of the program that only a GPU takes

It cannot show:
    - kernels: what CUDA refuses, rounds otherwise or convolves in another order, and what it draws
    - memory: how much there is, and when it is freed
    - lower precision: `torch.autocast` changes nothing
    - several GPUs, streams, and other threads: only the thread that entered sees a GPU

A shape changed in place, and what else is right but beyond it, ends in an error that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from cuda_rules import (
    CROSSING,
    INDEXING,
    check_devices,
    check_generator,
    check_order,
    holds_fractions,
    tensors_in,
)
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only

GPU = torch.device("cuda", 0)
_META = torch.device("meta")
_CPU = torch.device("cpu")
_Generator = torch.Generator
_aten = torch.ops.aten


@contextmanager
def pretend_gpu() -> Iterator[torch.device]:
    """Let this thread find a GPU, and hand over its device."""
    answers: dict[str, Callable[..., Any]] = {
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

    def numpy(self, *, force: bool = False) -> np.ndarray:
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


class _Operations(TorchDispatchMode):
    """Computes on tensors of both devices; without it, what makes tensors would be missed."""

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None) -> Any:
        return _computed(operation, args, kwargs or {})


class _Names(TorchFunctionMode):
    """Takes the word ``cuda`` for the pretend GPU, before torch looks for a real one."""

    def __torch_function__(self, function, types, args=(), kwargs=None) -> Any:
        kwargs = kwargs or {}
        if function is torch.unravel_index:
            with self:  # torch wrote it in Python, and makes a tensor in it
                return torch.functional._unravel_index(*args, **kwargs).unbind(-1)
        if function in _FROM_PYTHON:
            return _from_python(function, args, kwargs)
        if function is Tensor.cuda:
            return args[0].to(_META)
        if function is Tensor.to:
            args = tuple(map(_named, args))
        if function in (Tensor.__getitem__, Tensor.__setitem__):
            args = (args[0], _as_tensors(args[1]), *args[2:])
        if "device" in kwargs:
            kwargs = kwargs | {"device": _named(kwargs["device"])}
        result = function(*args, **kwargs)
        check_generator(kwargs.get("generator"), result)
        return result


_FROM_PYTHON = (torch.tensor, torch.as_tensor, torch.asarray, Tensor.new_tensor)


def _from_python(
    function: Callable[..., Tensor], args: Sequence[Any], kwargs: dict[str, Any]
) -> Tensor:
    """Return what is made of Python's numbers: on the CPU, as the meta device drops them."""
    device = kwargs.get("device")
    if function is Tensor.new_tensor:
        like, *args = args
        device = like.device if device is None else device
        function, kwargs = torch.tensor, {"dtype": like.dtype} | kwargs
    made = function(*args, **kwargs | {"device": None})
    return made if device is None else made.to(_named(device))


def _as_tensors(index: Any) -> Any:
    """Return an index with its lists as tensors, or they would be dropped likewise."""
    if isinstance(index, tuple):
        return tuple(map(_as_tensors, index))
    return torch.as_tensor(index) if isinstance(index, list | np.ndarray) else index


def _named(value: Any) -> Any:
    """Return the meta device for CUDA's, and anything else as it is."""
    is_device = isinstance(value, str | torch.device)
    return _META if is_device and str(value).startswith("cuda") else value


_UNWRITTEN = {_aten.empty, _aten.empty_like, _aten.empty_strided, _aten.new_empty}
"""Make tensors without writing to them."""


def _computed(operation: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Return what CUDA would: the result, on the device of the tensors or the one asked for."""
    check_devices(operation, args, kwargs)
    kind, tensors = operation.overloadpacket, tensors_in((args, kwargs))
    deciding = tensors[:1] if kind in CROSSING | INDEXING else tensors
    on_gpu = any(tensor.is_cuda for tensor in deciding)
    if (device := kwargs.get("device")) is not None:
        on_gpu, kwargs = device == _META, kwargs | {"device": _CPU}
    plain_args, plain_kwargs = tree_map_only(GpuTensor, _numbers_of, (args, kwargs))
    result = operation(*plain_args, **plain_kwargs)
    _check_shapes(operation, tensors)
    return _said_to_be_on_gpu(operation, result, tensors) if on_gpu else result


def _said_to_be_on_gpu(operation: Any, result: Any, tensors: list[Tensor]) -> Any:
    """Return a result as tensors of the GPU; what was written to, as the tensor it was."""
    check_order(operation, result)
    if operation.overloadpacket in _UNWRITTEN and holds_fractions(result):
        result.fill_(torch.nan)
    known = {id(_numbers_of(tensor)): tensor for tensor in tensors}
    return tree_map_only(Tensor, lambda t: known[id(t)] if id(t) in known else GpuTensor(t), result)


def _check_shapes(operation: Any, tensors: list[Tensor]) -> None:
    for tensor in tensors:
        if tensor.shape != _numbers_of(tensor).shape:
            raise NotImplementedError(f"The pretend GPU cannot change shapes in place: {operation}")


def _numbers_of(tensor: Tensor) -> Tensor:
    return tensor.numbers if isinstance(tensor, GpuTensor) else tensor
