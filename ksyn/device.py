"""Which device to compute on."""

from __future__ import annotations

from typing import Literal

import torch

from ksyn.errors import DeviceError

DeviceName = Literal["auto", "cpu", "cuda"]


def device_of(name: DeviceName) -> torch.device:
    """Return the device of that name; ``auto`` takes the GPU if there is one.

    Raises:
        DeviceError: CUDA is asked for and not there.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise DeviceError(
            "No CUDA device is available.",
            hint="Choose --device cpu, or install a CUDA build of torch and its driver.",
        )
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(name)
