"""Masks in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ksyn.data import Mask
from ksyn.errors import KsynError, ReadError, ShapeError, WriteError
from ksyn.masks.files import load_mask, save_mask


def random_mask(frames: int = 1) -> Mask:
    rng = torch.Generator().manual_seed(0)
    return Mask(torch.rand(frames, 1, 9, 12, generator=rng) < 0.4)


@pytest.mark.parametrize("frames", [1, 3])
def test_what_is_saved_is_loaded(tmp_path: Path, frames: int) -> None:
    save_mask(random_mask(frames), tmp_path / "mask.npy")
    assert torch.equal(load_mask(tmp_path / "mask.npy").samples, random_mask(frames).samples)


def test_the_file_holds_ky_kx_as_bool_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    save_mask(random_mask(), tmp_path / "mask.npy")
    array = np.load(tmp_path / "mask.npy")
    assert (array.dtype, array.shape) == (np.dtype(bool), (9, 12))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["mask.npy"]


@pytest.mark.parametrize(
    "kind", ["bool", "uint8", "int64", "float32", "float64", "complex64", ">f4"]
)
def test_any_number_type_is_accepted(tmp_path: Path, kind: str) -> None:
    np.save(tmp_path / "mask.npy", random_mask().samples[0, 0].numpy().astype(kind))
    assert torch.equal(load_mask(tmp_path / "mask.npy", (9, 12)).samples, random_mask().samples)


def test_columns_alone_are_accepted_with_a_matrix(tmp_path: Path) -> None:
    np.save(tmp_path / "columns.npy", np.array([1, 0, 0, 1]))
    mask = load_mask(tmp_path / "columns.npy", (3, 4))
    assert mask.samples[0, 0].tolist() == [[True, False, False, True]] * 3
    with pytest.raises(ShapeError):
        load_mask(tmp_path / "columns.npy")


@pytest.mark.parametrize(
    "array",
    [
        np.array([[0, 1], [2, 0]]),
        np.array([[0.0, np.nan]]),
        np.array([["a", "b"]]),
        np.zeros((0, 4)),
        np.zeros((1, 1, 1, 4)),
        np.array(1.0),
    ],
)
def test_what_is_no_mask_is_refused_with_a_hint(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "mask.npy", array)
    with pytest.raises(KsynError) as caught:
        load_mask(tmp_path / "mask.npy")
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"junk", b"\x93NUMPY\x01\x00v\x00{'descr'"])
def test_junk_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mask.npy").write_bytes(content)
    with pytest.raises(ReadError):
        load_mask(tmp_path / "mask.npy")


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    save_mask(random_mask(), tmp_path / "mask.npy")
    (tmp_path / "mask.npy").write_bytes((tmp_path / "mask.npy").read_bytes()[:-7])
    with pytest.raises(ReadError):
        load_mask(tmp_path / "mask.npy")


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "mask.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ReadError):
        load_mask(tmp_path / "mask.npy")


def test_an_archive_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "mask.npz", a=np.ones((2, 2)))
    with pytest.raises(ReadError, match="archive"):
        load_mask(tmp_path / "mask.npz")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"no\.npy"):
        load_mask(tmp_path / "no.npy")


def test_another_matrix_is_refused(tmp_path: Path) -> None:
    save_mask(random_mask(), tmp_path / "mask.npy")
    with pytest.raises(ShapeError, match=r"\(9, 12\).*\(12, 9\)"):
        load_mask(tmp_path / "mask.npy", (12, 9))


def test_a_folder_that_is_not_there_is_a_write_error(tmp_path: Path) -> None:
    with pytest.raises(WriteError):
        save_mask(random_mask(), tmp_path / "no" / "mask.npy")


def test_another_suffix_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"mask\.txt"):
        save_mask(random_mask(), tmp_path / "mask.txt")
    assert list(tmp_path.glob("*mask*")) == []


def test_text_is_no_mask_and_nobody_is_told_to_load_it_unsafely(tmp_path: Path) -> None:
    (tmp_path / "mask.npy").write_text("1 0 1")
    with pytest.raises(ReadError) as caught:
        load_mask(tmp_path / "mask.npy")
    assert "pickle" not in str(caught.value)
