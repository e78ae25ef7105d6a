from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
import torch
from fastmri_file import random_complex

from ksyn.errors import OptionError, ReadError
from ksyn.fourier import image_to_kspace
from ksyn.io import open_scan
from ksyn.io.layout import Layout, LayoutNeeded


def save_matlab73(path: Path, **arrays: np.ndarray) -> None:
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in arrays.items():
            file[name] = values.T  # MATLAB stores the first axis as the last
            file[name].attrs["MATLAB_class"] = np.bytes_("single")
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")


def save_as(path: Path, kspace: np.ndarray) -> None:
    """Save an array in the format of the ending, under the key ``data`` where there are keys."""
    match path.name.partition(".")[2]:
        case "npy":
            np.save(path, kspace)
        case "npz":
            np.savez_compressed(path, data=kspace)
        case "mat":
            scipy.io.savemat(path, {"data": kspace}, do_compression=True)
        case "73.mat":
            save_matlab73(path, data=kspace)
        case "h5":
            with h5py.File(path, "w") as file:
                file["data"] = kspace


CONTAINERS = ("a.npy", "a.npz", "a.mat", "a.73.mat", "a.h5")


@pytest.mark.parametrize("name", CONTAINERS)
@pytest.mark.parametrize("axes", ["ky kx coil slice", "slice coil ky kx", "kx slice ky coil"])
def test_axes_may_stand_in_any_order(tmp_path: Path, name: str, axes: str) -> None:
    kspace = random_complex(3, 2, 8, 9)  # slice coil ky kx
    order = [["slice", "coil", "ky", "kx"].index(word) for word in axes.split()]
    save_as(tmp_path / name, kspace.transpose(order))
    with open_scan(tmp_path / name, Layout.parse("data", axes, "kspace")) as scan:
        assert (scan.n_slices, scan.n_coils, scan.matrix) == (3, 2, (8, 9))
        for index in range(3):
            assert torch.equal(scan.kspace(index).samples[0], torch.from_numpy(kspace[index]))


@pytest.mark.parametrize("name", CONTAINERS)
def test_the_format_is_told_from_the_content(tmp_path: Path, name: str) -> None:
    save_as(tmp_path / name, random_complex(8, 9))
    (tmp_path / name).rename(tmp_path / "scan.txt")
    with open_scan(tmp_path / "scan.txt", Layout.parse("data", "ky kx", "kspace")) as scan:
        assert scan.matrix == (8, 9)


@pytest.mark.parametrize("name", CONTAINERS[1:])
def test_containers_without_a_header_ask(tmp_path: Path, name: str) -> None:
    save_as(tmp_path / name, random_complex(20, 18, 4))
    with pytest.raises(LayoutNeeded) as caught:
        open_scan(tmp_path / name)
    candidate = caught.value.candidates[0]
    assert (candidate.key, candidate.shape) == ("data", (20, 18, 4))
    assert candidate.suggestion == Layout("data", ("ky", "kx", "coil"), "kspace")
    assert "'data' (20, 18, 4)" in caught.value.message
    assert "--axes" in caught.value.hint


@pytest.mark.parametrize("name", CONTAINERS[1:])
def test_what_is_suggested_opens(tmp_path: Path, name: str) -> None:
    save_as(tmp_path / name, random_complex(20, 18, 4))
    with pytest.raises(LayoutNeeded) as caught:
        open_scan(tmp_path / name)
    with open_scan(tmp_path / name, caught.value.candidates[0].suggestion) as scan:
        assert (scan.n_coils, scan.matrix) == (4, (20, 18))


@pytest.mark.parametrize(
    ("shape", "frames", "coils"), [((8, 9), 1, 1), ((4, 8, 9), 1, 4), ((3, 4, 8, 9), 3, 4)]
)
def test_npy_is_kspace_by_contract(
    tmp_path: Path, shape: tuple[int, ...], frames: int, coils: int
) -> None:
    kspace = random_complex(*shape)
    np.save(tmp_path / "a.npy", kspace)
    with open_scan(tmp_path / "a.npy") as scan:
        assert scan.kspace().samples.shape == (frames, coils, 8, 9)
        assert np.array_equal(scan.kspace().samples.numpy().ravel(), kspace.ravel())


def test_npy_with_five_axes_asks(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", random_complex(2, 2, 2, 8, 9))
    with pytest.raises(LayoutNeeded):
        open_scan(tmp_path / "a.npy")


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<c8", ">c8", "<c16", "<f4", "<i2", "<f2"])
def test_any_kind_of_number_is_read(tmp_path: Path, dtype: str, order: str) -> None:
    values = np.asarray(np.arange(24).reshape(4, 6) - 5, dtype=dtype, order=order)  # type: ignore[call-overload]
    np.save(tmp_path / "a.npy", values)
    with open_scan(tmp_path / "a.npy") as scan:
        assert torch.equal(scan.kspace().samples.real[0, 0], torch.arange(24.0).reshape(4, 6) - 5)


def test_real_and_imaginary_part_may_stand_in_an_axis(tmp_path: Path) -> None:
    kspace = random_complex(3, 8, 9)
    np.save(tmp_path / "a.npy", np.stack([kspace.real, kspace.imag], axis=-1))
    with open_scan(tmp_path / "a.npy", Layout.parse(None, "slice ky kx complex")) as scan:
        assert torch.equal(scan.kspace(2).samples[0, 0], torch.from_numpy(kspace[2]))


def test_a_record_of_real_and_imag_is_complex(tmp_path: Path) -> None:
    kspace = random_complex(8, 9)
    record = np.empty((8, 9), [("real", "f4"), ("imag", "f4")])
    record["real"], record["imag"] = kspace.real, kspace.imag
    save_matlab73(tmp_path / "a.mat", kspace=record)
    with open_scan(tmp_path / "a.mat") as scan:
        assert torch.equal(scan.kspace().samples[0, 0], torch.from_numpy(kspace))


@pytest.mark.parametrize("matrix", [(8, 10), (9, 7)])
def test_images_become_the_kspace_they_are_the_image_of(
    tmp_path: Path, matrix: tuple[int, int]
) -> None:
    image = random_complex(*matrix)
    np.save(tmp_path / "a.npy", image)
    with open_scan(tmp_path / "a.npy", Layout.parse(None, "y x", "image")) as scan:
        wanted = image_to_kspace(torch.from_numpy(image))
        assert torch.equal(scan.kspace().samples[0, 0], wanted)
        torch.testing.assert_close(scan.reference()[0], torch.from_numpy(abs(image)))
        assert dict(scan.header())["Origin"] == "k-space made from images"


def test_magnitude_images_are_called_so(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((8, 9)))
    with open_scan(tmp_path / "a.npy", Layout.parse(None, None, "image")) as scan:
        assert dict(scan.header())["Origin"] == "k-space made from magnitude images"


def test_several_arrays_are_asked_about_masks_last(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, mask=np.ones((20, 18)), sens=random_complex(4, 20, 18), y=random_complex(20, 18))
    with pytest.raises(LayoutNeeded) as caught:
        open_scan(path)
    assert next(candidate.key for candidate in caught.value.candidates) == "y"


def test_a_single_complex_plane_called_kspace_opens(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", kspace=random_complex(20, 18), name=np.array("x"))
    with open_scan(tmp_path / "a.npz") as scan:
        assert scan.matrix == (20, 18)


def test_a_wrong_key_is_a_read_error_with_the_nearest(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", kspace=random_complex(20, 18))
    with pytest.raises(ReadError, match="Did you mean 'kspace'"):
        open_scan(tmp_path / "a.npz", Layout.parse("kspac"))


@pytest.mark.parametrize(
    ("axes", "word"),
    [("ky kx", "do not describe"), ("skip ky kx", "skip"), ("ky kx complex", "complex")],
)
def test_axes_that_do_not_fit_are_a_read_error(tmp_path: Path, axes: str, word: str) -> None:
    np.save(tmp_path / "a.npy", random_complex(4, 8, 9))
    with pytest.raises(ReadError, match=word):
        open_scan(tmp_path / "a.npy", Layout.parse(None, axes))


@pytest.mark.parametrize(
    ("axes", "domain"),
    [
        ("coil ky", None),
        ("ky x", None),
        ("ky kx ky", None),
        ("ky kz", None),
        ("y x", "kspace"),
        ("ky kx", "both"),
    ],
)
def test_layouts_that_make_no_sense_are_option_errors(axes: str, domain: str | None) -> None:
    with pytest.raises(OptionError):
        Layout.parse(None, axes, domain)


def test_a_layout_comes_back_from_its_own_flags() -> None:
    layout = Layout.parse("data", "coil, ky, kx", "kspace")
    assert layout.flags == '--key data --axes "coil ky kx" --domain kspace'
    assert Layout.parse("data", layout.words, "kspace") == layout


def test_temporary_files_go_when_the_scan_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    np.savez_compressed(tmp_path / "a.npz", kspace=random_complex(20, 18))
    with open_scan(tmp_path / "a.npz") as scan:
        scan.kspace()
        assert len(list(tmp_path.glob("ksyn-*"))) == 1
    assert not list(tmp_path.glob("ksyn-*"))


def test_a_file_larger_than_memory_opens_and_gives_a_slice(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    shape = (2_000_000, 1, 64, 64)  # 61 GiB, a hole on the disk
    with path.open("wb") as file:
        header = {"descr": "<c8", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + int(np.prod(shape, dtype=object)) * 8)
    with open_scan(path, Layout.parse(None, "slice coil ky kx")) as scan:
        assert scan.kspace(1_999_999).matrix == (64, 64)
