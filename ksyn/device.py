"""Which device to compute on, and in which arithmetic."""

from __future__ import annotations

from typing import Literal

import torch

from ksyn.errors import DeviceError

DeviceName = Literal["auto", "cpu", "cuda"]


def device_of(name: DeviceName) -> torch.device:
    """Return the device of that name; ``auto`` takes the GPU if there is one.

    From then on a GPU adds in the same order each time: the same recipe gives the same bits.

    Raises:
        DeviceError: CUDA is asked for and not there.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise DeviceError(
            "No CUDA device is available.",
            hint="Choose --device cpu, or install a CUDA build of torch and its driver.",
        )
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        torch.backends.cudnn.deterministic = True
    return torch.device(name)


def has_bfloat16(device: torch.device) -> bool:
    """Return whether a device multiplies in bfloat16; where it only emulates it, that is slow."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
