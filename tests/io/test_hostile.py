from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import nibabel
import numpy as np
import pytest
import scipy.io
from fastmri_file import mrd_xml, random_complex, write_fastmri
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mrd_file import NOISE, lines, readout, write_mrd

from ksyn.errors import KsynError, ReadError
from ksyn.io import open_scan
from ksyn.io.guard import memory_bound
from ksyn.io.layout import Layout


class Trap:
    """Unpickled, it leaves a file behind."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, ("sprung",)


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(path: Path | str, match: str, layout: Layout | None = None) -> None:
    with pytest.raises(ReadError, match=match) as caught, open_scan(path, layout) as scan:
        scan.kspace()
    assert caught.value.hint


def test_a_pickle_in_npy_is_never_loaded(tmp_path: Path) -> None:
    np.save("a.npy", np.array([[Trap()]], dtype=object), allow_pickle=True)
    refused("a.npy", "never loaded")
    assert not (tmp_path / "sprung").exists()


def test_a_pickle_in_npz_is_never_loaded(tmp_path: Path) -> None:
    np.savez("a.npz", kspace=np.array([[Trap()]], dtype=object))
    refused("a.npz", "no numerical array")
    refused("a.npz", "never loaded", Layout.parse("kspace", "ky kx"))
    assert not (tmp_path / "sprung").exists()


def test_a_bare_pickle_is_never_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(pickle.dumps(Trap()))
    refused("a.npy", "pickle")
    assert not (tmp_path / "sprung").exists()


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.h5").touch()
    refused("a.h5", "0 bytes")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "folder")


def test_a_missing_file_is_refused() -> None:
    refused("none.h5", "not there")


def test_a_dangling_link_is_refused() -> None:
    Path("a.h5").symlink_to("none.h5")
    refused("a.h5", "link")


@pytest.mark.timeout(10)
def test_a_pipe_is_refused_without_waiting() -> None:
    os.mkfifo("a.h5")
    refused("a.h5", "not a regular file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused() -> None:
    np.save("a.npy", random_complex(8, 9))
    Path("a.npy").chmod(0)
    refused("a.npy", "may not be read")


def test_an_unknown_format_names_the_known(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("hello")
    with pytest.raises(ReadError, match="fastMRI"):
        open_scan("a.xyz")


@pytest.mark.parametrize(
    ("dtype", "said"), [("?", "a mask"), ("U3", "text"), ("M8[s]", "dates"), ("f4,i2", "records")]
)
def test_what_is_not_numbers_is_named(dtype: str, said: str) -> None:
    np.save("a.npy", np.zeros((8, 9), dtype))
    refused("a.npy", said)


@pytest.mark.parametrize("shape", [(), (9,), (0, 9)])
def test_arrays_without_a_plane_are_refused(shape: tuple[int, ...]) -> None:
    np.save("a.npy", np.zeros(shape, np.complex64))
    refused("a.npy", "a.npy")


def test_numbers_too_large_for_single_precision_are_refused() -> None:
    np.save("a.npy", np.full((8, 9), 1e300 + 0j))
    refused("a.npy", "72 of 72")


def test_a_header_that_claims_more_than_the_file_holds_is_refused() -> None:
    np.save("a.npy", random_complex(8, 9))
    with Path("a.npy").open("r+b") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": "<c8", "fortran_order": False, "shape": (10**6, 10**6)}
        )
    refused("a.npy", "declares")


def test_a_slice_larger_than_memory_is_refused(tmp_path: Path) -> None:
    side = int((memory_bound() / 8) ** 0.5) + 1000
    with h5py.File("a.h5", "w") as file:
        file.create_dataset("kspace", (1, side, side), "c8", chunks=(1, 1000, 1000))
        file.attrs["acquisition"] = "AXT2"
    refused("a.h5", "GiB")


def test_a_chunk_larger_than_a_gigabyte_is_refused() -> None:
    with h5py.File("a.h5", "w") as file:
        file.create_dataset("kspace", (300, 1000, 1000), "c8", chunks=(300, 1000, 1000))
        file.attrs["acquisition"] = "AXT2"
    refused("a.h5", "chunks")


def other_file() -> None:
    with h5py.File("other.h5", "w") as file:
        file["kspace"] = random_complex(1, 8, 9)


@pytest.mark.parametrize("kind", ["external link", "soft link", "virtual", "external storage"])
def test_hdf5_never_leads_to_another_file(kind: str) -> None:
    other_file()
    with h5py.File("a.h5", "w") as file:
        file.attrs["acquisition"] = "AXT2"
        file["reconstruction_rss"] = np.ones((1, 8, 9), np.float32)
        if kind == "external link":
            file["kspace"] = h5py.ExternalLink("other.h5", "kspace")
        elif kind == "soft link":
            file["there"] = h5py.ExternalLink("other.h5", "/")
            file["kspace"] = h5py.SoftLink("/there/kspace")
        elif kind == "virtual":
            layout = h5py.VirtualLayout((1, 8, 9), "c8")
            layout[:] = h5py.VirtualSource("other.h5", "kspace", (1, 8, 9))
            file.create_virtual_dataset("kspace", layout)
        else:
            external = [("other.h5", 0, h5py.h5f.UNLIMITED)]
            file.create_dataset("kspace", (1, 8, 9), "c8", external=external)
    refused("a.h5", "no array 'kspace'", Layout.parse("kspace", "slice ky kx"))


def test_a_zip_that_is_no_archive_of_arrays_is_refused() -> None:
    with zipfile.ZipFile("a.npz", "w") as archive:
        archive.writestr("data.pkl", pickle.dumps(Trap()))
    refused("a.npz", "no numerical array")


def test_an_archive_that_lies_about_a_length_is_refused() -> None:
    np.savez("a.npz", kspace=random_complex(8, 9))
    data = bytearray(Path("a.npz").read_bytes())
    data[data.index(b"(8, 9)") + 1] = ord("9")
    Path("a.npz").write_bytes(data)
    refused("a.npz", "a.npz")


def test_a_crash_of_the_parser_is_a_read_error() -> None:
    with open_scan(write_fastmri(Path("a.h5"), random_complex(2, 2, 8, 9))) as scan:
        scan.kspace(0)
        process = next(iter(scan._file.datasets.values())).process._process  # type: ignore[attr-defined]
        process.kill()
        with pytest.raises(ReadError, match="broke down"):
            scan.kspace(1)


def test_closing_a_scan_ends_its_process() -> None:
    scan = open_scan(write_fastmri(Path("a.h5"), random_complex(2, 2, 8, 9)))
    process = next(iter(scan._file.datasets.values())).process._process  # type: ignore[attr-defined]
    assert process.poll() is None
    scan.close()
    assert process.poll() is not None


def valid_files() -> dict[str, bytes]:
    """Return a small file of each format."""
    kspace = random_complex(2, 8, 9)
    np.save("a.npy", kspace)
    np.savez("b.npz", kspace=kspace)
    np.savez_compressed("c.npz", kspace=kspace)
    image = nibabel.Nifti1Image(abs(kspace), np.eye(4))
    for name in ("d.nii", "e.nii.gz"):
        nibabel.save(image, name)
    scipy.io.savemat("f.mat", {"kspace": kspace})
    xml = mrd_xml((16, 9, 1), (8, 9, 1), centre=4)
    write_fastmri(Path("g.h5"), random_complex(2, 2, 16, 9), header=xml, mask=np.ones(9))
    noise = readout(random_complex(2, 16), flags=[NOISE])
    write_mrd(Path("h.h5"), xml, [noise, *lines(random_complex(2, 16, 9))])
    return {file.name: file.read_bytes() for file in sorted(Path().glob("?.*"))}


IN_PROCESS = ("a.npy", "b.npz", "c.npz", "d.nii", "e.nii.gz")
OUT_OF_PROCESS = ("f.mat", "g.h5", "h.h5")  # each example starts a process, so there are few
QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_all(data: bytes) -> None:
    """Read all there is; only the kinds of error that a user can mend may come out."""
    Path("damaged").write_bytes(data)
    for layout in (None, Layout.parse("kspace", "coil ky kx", "kspace")):
        try:
            with open_scan("damaged", layout) as scan:
                scan.header()
                scan.reference(scan.n_slices - 1)
                scan.noise_covariance()
        except KsynError as error:
            assert isinstance(error, ReadError)  # noqa: PT017


def damaged(data: bytes, where: float, value: int, cut: bool) -> bytes:
    position = int(where * (len(data) - 1))
    if cut:
        return data[:position]
    return data[:position] + bytes([value]) + data[position + 1 :]


positions = st.floats(0, 1) | st.floats(0, 0.3)


@pytest.mark.parametrize("name", IN_PROCESS)
@QUICK
@given(where=positions, value=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_file_is_read_or_refused(name: str, where: float, value: int, cut: bool) -> None:
    read_all(damaged(valid_files_once()[name], where, value, cut))


@pytest.mark.parametrize("name", OUT_OF_PROCESS)
@FEW
@given(where=positions, value=st.integers(0, 255), cut=st.booleans())
def test_a_file_that_may_crash_its_parser_is_read_or_refused(
    name: str, where: float, value: int, cut: bool
) -> None:
    read_all(damaged(valid_files_once()[name], where, value, cut))


@QUICK
@given(
    start=st.sampled_from(
        [b"", b"\x93NUMPY", b"PK\x03\x04", b"\x1f\x8b", b"# Dimensions\n", b"\x80\x04"]
    ),
    rest=st.binary(max_size=600),
)
@example(start=b"\x93NUMPY\x01\x00\xff\xff", rest=b"{")
@example(start=b"\x93NUMPY\x01\x00\x76\x00", rest=b"(" * 200)
def test_any_bytes_are_refused_or_read(start: bytes, rest: bytes) -> None:
    read_all(start + rest)


_FILES: dict[str, bytes] = {}


def valid_files_once() -> dict[str, bytes]:
    if not _FILES:
        _FILES.update(valid_files())
    return _FILES


def test_a_dicom_image_is_called_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "image.dcm"
    path.write_bytes(b"\0" * 128 + b"DICM" + b"\0" * 64)
    with pytest.raises(ReadError, match="no k-space") as caught:
        open_scan(path)
    assert "raw data" in caught.value.hint
