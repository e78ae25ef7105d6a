"""The pretend GPU refuses what CUDA refuses, and computes what the CPU computes."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from pretend_gpu import GPU, pretend_gpu
from torch import nn

from ksyn.fourier import image_to_kspace


@pytest.fixture(autouse=True)
def pretended():
    before = torch.cuda.is_available, torch.Generator
    with pretend_gpu():
        yield
    assert (torch.cuda.is_available, torch.Generator) == before


def there(*shape: int) -> torch.Tensor:
    return torch.arange(1.0, 1 + int(np.prod(shape)), device="cuda").reshape(shape)


def here(*shape: int) -> torch.Tensor:
    return there(*shape).cpu()


def test_a_gpu_is_found():
    assert torch.cuda.is_available()
    assert torch.cuda.get_device_name() == "Pretend GPU"


@pytest.mark.parametrize(
    "made",
    [
        lambda: torch.zeros(2, device="cuda"),
        lambda: torch.zeros(2, device=torch.device("cuda")),
        lambda: torch.ones(2).to("cuda:0"),
        lambda: torch.ones(2).to(torch.device("cuda"), torch.float64),
        lambda: torch.ones(2).to(device="cuda"),
        lambda: torch.ones(2).to(there(3)),
        lambda: torch.ones(2).cuda(),
        lambda: torch.tensor([1, 2], device="cuda"),
        lambda: torch.as_tensor(np.ones(2), device="cuda"),
        lambda: there(2).new_tensor([1, 2]),
        lambda: there(2).new_zeros(3),
        lambda: torch.zeros_like(here(2), device="cuda"),
        lambda: torch.empty_like(there(2)),
        lambda: there(4)[1:].view(3, 1).mT,
        lambda: there(4).sum(),
        lambda: there(2, 2).unbind()[1],
        lambda: torch.linalg.svd(there(3, 3)).S,
        lambda: image_to_kspace(there(3, 3) + 0j).conj().real,
        lambda: torch.einsum("ab,cb->ac", there(2, 2), there(2, 2)),
        lambda: there(3) * torch.tensor(2.0),
        lambda: torch.tensor(2.0) * there(3),
        lambda: torch.where(there(3) > 1, there(3), 0.0),
        lambda: copy.deepcopy(there(3)),
        lambda: nn.Conv2d(1, 1, 3).to("cuda")(there(1, 1, 4, 4)),
    ],
)
def test_it_is_on_the_gpu(made):
    tensor = made()
    assert tensor.device == GPU
    assert tensor.is_cuda
    assert not tensor.is_meta


@pytest.mark.parametrize(
    "made",
    [
        lambda: there(2).cpu(),
        lambda: there(2).to("cpu"),
        lambda: there(2).to(here(3)),
        lambda: there(2).new_zeros(2, device="cpu"),
        lambda: torch.zeros_like(there(2), device="cpu"),
        lambda: here(3)[there(3).sum().long() * 0],  # CUDA waits for the number
        lambda: here(3) * float(there(3).sum()),
        lambda: here(3).copy_(there(3)),
        lambda: here(3).fill_(there(1)[0]),
    ],
)
def test_it_is_on_the_cpu(made):
    tensor = made()
    assert tensor.device.type == "cpu"
    assert not tensor.is_cuda
    tensor.numpy()


@pytest.mark.parametrize(
    "mixed",
    [
        lambda: there(3) + here(3),
        lambda: here(3) * there(3),
        lambda: here(3) * there(3).sum(),  # of the GPU even a number counts
        lambda: there(3) + here(1),
        lambda: there(3).add_(here(3)),
        lambda: here(3).add_(there(3)),
        lambda: torch.tensor(0.0).add_(there(3).sum()),
        lambda: torch.mul(there(3), 2, out=torch.empty(3)),
        lambda: torch.cat([there(3), here(3)]),
        lambda: torch.stack([there(3), here(3)]),
        lambda: torch.stack([there(3).sum(), here(3).sum()]),
        lambda: there(3, 3) @ here(3, 3),
        lambda: torch.einsum("ab,b->a", there(3, 3), here(3)),
        lambda: torch.linalg.vecdot(there(3), here(3)),
        lambda: torch.where(here(3) > 1, there(3), there(3)),
        lambda: torch.where(there(3) > 1, there(3), here(3)),
        lambda: there(3).masked_fill(here(3) > 1, 0.0),
        lambda: there(3).gather(0, torch.tensor([0, 1])),
        lambda: there(3).index_select(0, torch.tensor(0)),
        lambda: torch.equal(there(3), here(3)),
        lambda: torch.allclose(there(3), here(3)),
        lambda: there(3).addcmul_(here(3), there(3)),
        lambda: torch.polar(there(3), here(3)),
        lambda: nn.Conv2d(1, 1, 3)(there(1, 1, 4, 4)),
        lambda: nn.Conv2d(1, 1, 3).to("cuda")(here(1, 1, 4, 4)),
    ],
)
def test_tensors_of_two_devices_are_not_mixed(mixed):
    with pytest.raises(RuntimeError, match="on the same device"):
        mixed()


def test_indices_may_come_from_the_cpu_but_not_from_the_gpu():
    assert there(3)[here(3) > 1].tolist() == [2, 3]
    for order in (torch.tensor([2, 0]), [2, 0], np.array([2, 0])):
        assert there(3)[order].tolist() == [3, 1]
    assert there(2, 2)[:, [1]].tolist() == [[2], [4]]
    with pytest.raises(RuntimeError, match="indices should be"):
        here(3)[there(3) > 1]
    with pytest.raises(RuntimeError, match="indices should be"):
        here(3)[there(3) > 1] = 0


def test_what_is_put_in_by_index_is_of_the_same_device():
    tensor = there(3)
    tensor[here(3) > 1] = 0.0
    tensor[torch.tensor([0])] = torch.tensor(5.0)
    tensor[1:2] = here(1)  # a copy, and those may cross
    assert tensor.tolist() == [5, 1, 0]
    with pytest.raises(RuntimeError, match="same device"):
        tensor[torch.tensor([0, 1])] = here(2)


def test_numpy_does_not_read_its_memory():
    for read in (lambda: there(2).numpy(), lambda: np.asarray(there(2))):
        with pytest.raises(TypeError, match="can't convert cuda:0"):
            read()
    assert there(2).cpu().numpy().tolist() == [1, 2]
    assert float(there(1)) == there(1).item() == 1


@pytest.mark.parametrize(
    "drawn",
    [
        lambda rng, device: torch.rand(2, generator=rng, device=device),
        lambda rng, device: torch.randperm(2, generator=rng, device=device),
        lambda rng, device: torch.empty(2, device=device).normal_(generator=rng),
        lambda rng, device: torch.multinomial(torch.ones(2, device=device), 1, generator=rng),
    ],
)
def test_a_generator_draws_on_its_own_device(drawn):
    for device, other in (("cuda", "cpu"), ("cpu", "cuda")):
        rng = torch.Generator(device)
        assert isinstance(rng, torch.Generator)
        assert rng.device.type == drawn(rng, device).device.type == device
        with pytest.raises(RuntimeError, match="device type for generator"):
            drawn(rng, other)


def test_a_seed_draws_the_same_numbers_again():
    first, second = (
        torch.rand(3, generator=torch.Generator("cuda").manual_seed(4), device="cuda")
        for _ in range(2)
    )
    assert torch.equal(first, second)


def test_a_generator_from_before_is_still_one():
    assert isinstance(torch._C.Generator(), torch.Generator)
    assert not isinstance(1, torch.Generator)


def test_views_share_their_numbers():
    tensor = there(2, 3)
    tensor[1].mul_(0)
    tensor.mT[0] += 7
    assert tensor.tolist() == [[8, 2, 3], [7, 0, 0]]
    assert tensor.to("cuda") is tensor


def test_conjugates_are_resolved():
    turned = (there(2) * 1j).conj()
    assert turned.is_conj()
    assert torch.view_as_real(turned.resolve_conj()).tolist() == [[0, -1], [0, -2]]
    assert turned.imag.tolist() == [-1, -2]


def test_networks_learn_as_on_the_cpu():
    losses = {device: losses_of_training(device) for device in ("cpu", "cuda")}
    assert losses["cpu"] == pytest.approx(losses["cuda"])
    assert losses["cpu"][-1] < losses["cpu"][0]


def losses_of_training(device: str) -> list[float]:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4), nn.SiLU(), nn.Conv2d(4, 1, 3))
    network.to(device)
    images = here(2, 1, 8, 8).to(device) / 100
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01)
    losses = []
    for _ in range(3):
        loss = (network(images) - images[..., 2:-2, 2:-2]).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        assert all(weight.grad.device == weight.device for weight in network.parameters())
        losses.append(loss.item())
    return losses


def test_shapes_changed_in_place_are_beyond_it():
    with pytest.raises(NotImplementedError, match="in place"):
        there(2).resize_(5)


@pytest.mark.parametrize(
    "made",
    [
        lambda: torch.empty(3, device="cuda"),
        lambda: torch.empty_like(there(3)),
        lambda: there(3).new_empty(3, dtype=torch.complex64),
    ],
)
def test_what_was_not_written_is_no_number(made):
    assert made().isnan().all()


def test_sums_without_a_fixed_order_are_refused_but_of_whole_numbers():
    ring = torch.tensor([0, 1, 1], device="cuda")
    assert torch.bincount(ring).tolist() == [1, 2]
    assert ring.cumsum(0).tolist() == [0, 1, 2]
    for adds in (lambda: torch.bincount(ring, there(3)), lambda: there(3).cumsum(0)):
        with pytest.raises(RuntimeError, match="no fixed order"):
            adds()
