"""Which device is chosen, and what it can multiply in."""

import pytest
import torch

from ksyn.device import device_of, has_bfloat16
from ksyn.errors import DeviceError

CPU = torch.device("cpu")


def test_automatic_is_the_gpu_where_there_is_one():
    assert device_of("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_named():
    with pytest.raises(DeviceError, match="No CUDA device"):
        device_of("cuda")


def test_a_gpu_repeats_itself_once_it_is_chosen(gpu, monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", False)
    assert device_of("auto").type == gpu.type
    assert torch.backends.cudnn.deterministic


@pytest.mark.parametrize("unit", ["avx512_bf16", "amx_bf16"])
def test_a_cpu_has_bfloat16_if_it_says_so(monkeypatch, unit):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True, unit: True})
    assert has_bfloat16(CPU)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True, unit: False})
    assert not has_bfloat16(CPU)


def test_a_torch_that_cannot_tell_is_taken_to_have_none(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not has_bfloat16(CPU)
