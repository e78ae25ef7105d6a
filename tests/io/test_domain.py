from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ksyn.fourier import decentre, kspace_to_image
from ksyn.io import open_scan
from ksyn.io.domain import domain_of, seen_domain
from ksyn.io.layout import Layout, LayoutNeeded
from ksyn.phantoms import head_kspace, shepp_logan

KSPACES: dict[str, Callable[[Tensor], Tensor]] = {
    "as measured": lambda kspace: kspace,
    "origin in the corner": decentre,
    "off its centre": lambda kspace: kspace.roll((5, -9), (-2, -1)),
    "every third column": lambda kspace: kspace * (torch.arange(kspace.shape[-1]) % 3 == 0),
    "large numbers": lambda kspace: 1e30 * kspace,
    "small numbers": lambda kspace: 1e-30 * kspace,
}
IMAGES: dict[str, Callable[[Tensor], Tensor]] = {
    "coil images": kspace_to_image,
    "not centred": lambda kspace: decentre(kspace_to_image(kspace)),
    "magnitudes": lambda kspace: kspace_to_image(kspace).abs() + 0j,
    "another phase": lambda kspace: kspace_to_image(kspace.roll((5, -9), (-2, -1))),  # a ramp
    "blurred": lambda kspace: kspace_to_image(
        kspace * (torch.arange(kspace.shape[-1]) - kspace.shape[-1] // 2).abs().lt(10)
    ),
    "on a plain background": lambda kspace: kspace_to_image(kspace) + 1,
}
SCANS = [((256, 256), 8), ((96, 64), 2), ((33, 47), 1), ((20, 20), 4)]


@pytest.mark.parametrize(("matrix", "n_coils"), SCANS)
@pytest.mark.parametrize("noise", [0.0, 0.05])
@pytest.mark.parametrize("changed", KSPACES)
def test_kspace_is_seen(matrix: tuple[int, int], n_coils: int, noise: float, changed: str) -> None:
    kspace = KSPACES[changed](head_kspace(matrix, n_coils, noise=noise).samples[0])
    assert {domain_of(coil) for coil in kspace} == {"kspace"}


@pytest.mark.parametrize(("matrix", "n_coils"), SCANS)
@pytest.mark.parametrize("noise", [0.0, 0.05])
@pytest.mark.parametrize("changed", IMAGES)
def test_images_are_seen(matrix: tuple[int, int], n_coils: int, noise: float, changed: str) -> None:
    images = IMAGES[changed](head_kspace(matrix, n_coils, noise=noise).samples[0])
    assert {domain_of(coil) for coil in images} == {"image"}


def test_the_phantom_of_shepp_and_logan_is_an_image() -> None:
    assert domain_of(shepp_logan((64, 64)).to(torch.complex64)) == "image"


@pytest.mark.parametrize("value", [0, float("nan"), float("inf"), 1e-45])
def test_what_is_nothing_is_neither(value: float) -> None:
    assert domain_of(torch.full((16, 16), value, dtype=torch.complex64)) is None


def test_one_wrong_number_leaves_it_open() -> None:
    plane = head_kspace((32, 32), 1).samples[0, 0]
    plane[3, 4] = float("nan")
    assert domain_of(plane) is None


def test_noise_is_neither() -> None:
    rng = torch.Generator().manual_seed(0)
    assert domain_of(torch.randn(64, 64, dtype=torch.complex64, generator=rng)) is None


class Counted:
    """An array that says what was read of it."""

    def __init__(self, array: np.ndarray) -> None:
        self.array, self.shape, self.dtype = array, array.shape, array.dtype
        self.read: list[tuple[int, ...]] = []

    def __getitem__(self, index: tuple[int | slice, ...]) -> np.ndarray:
        self.read.append(self.array[index].shape)
        return self.array[index]


def test_one_plane_is_read() -> None:
    source = Counted(head_kspace((40, 32), 6).samples.numpy())
    assert seen_domain(source, (2, 3)) == "kspace"
    assert source.read == [(40, 32)]


@pytest.mark.parametrize("shape", [(0, 32, 32), (1 << 20, 32, 32)])
def test_of_arrays_that_are_empty_or_large_nothing_is_read(shape: tuple[int, ...]) -> None:
    source = Counted(np.broadcast_to(np.complex64(1), shape))
    assert seen_domain(source, (1, 2)) is None
    assert source.read == []


@pytest.mark.parametrize("order", ["coil y x", "y x coil"])
def test_coil_images_without_a_name_are_suggested_as_images(tmp_path: Path, order: str) -> None:
    images = kspace_to_image(head_kspace((40, 36), 4).samples[0]).numpy()
    np.savez_compressed(
        tmp_path / "a.npz", images if order[0] == "c" else images.transpose(1, 2, 0)
    )
    with pytest.raises(LayoutNeeded) as caught:
        open_scan(tmp_path / "a.npz")
    wanted = Layout("arr_0", tuple(order.split()), "image")
    assert [candidate.suggestion for candidate in caught.value.candidates] == [wanted]


def test_asking_leaves_no_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    np.savez_compressed(tmp_path / "a.npz", *head_kspace((32, 32), 3).samples.numpy().repeat(3, 0))
    with pytest.raises(LayoutNeeded):
        open_scan(tmp_path / "a.npz")
    assert not list(tmp_path.glob("ksyn-*"))


def test_a_damaged_array_is_asked_about_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, head_kspace((32, 32), 3).samples[0].numpy())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    with pytest.raises(LayoutNeeded):
        open_scan(path)
