from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from fastmri_file import random_complex

from ksyn.errors import ReadError
from ksyn.io import open_scan, write_result
from ksyn.io.layout import Layout, LayoutNeeded


def write_cfl(path: Path, values: np.ndarray) -> Path:
    """Write a pair; the first axis runs fastest."""
    dimensions = [*values.shape, *[1] * (16 - values.ndim)]
    path.with_suffix(".hdr").write_text(f"# Dimensions\n{' '.join(map(str, dimensions))} \n")
    values.astype("<c8").ravel(order="F").tofile(path.with_suffix(".cfl"))
    return path


@pytest.mark.parametrize("ending", ["", ".cfl", ".hdr"])
def test_either_file_or_the_common_name_opens(tmp_path: Path, ending: str) -> None:
    kspace = random_complex(8, 9, 1, 3)
    write_cfl(tmp_path / "ksp", kspace)
    with open_scan(tmp_path / f"ksp{ending}") as scan:
        assert (scan.format, scan.n_coils) == ("bart", 3)
        wanted = torch.from_numpy(kspace[:, :, 0].transpose(2, 0, 1).copy())
        assert torch.equal(scan.kspace().samples[0], wanted)


def test_a_plane_of_two_phase_encodings_is_read(tmp_path: Path) -> None:
    kspace = random_complex(1, 8, 9, 3)
    with open_scan(write_cfl(tmp_path / "ksp.cfl", kspace)) as scan:
        assert (scan.matrix, scan.n_coils) == ((8, 9), 3)


def test_time_is_frames_and_dimension_13_slices(tmp_path: Path) -> None:
    kspace = random_complex(8, 9, 1, 2, 1, 1, 1, 1, 1, 1, 4, 1, 1, 5)
    with open_scan(write_cfl(tmp_path / "ksp.cfl", kspace)) as scan:
        assert (scan.n_frames, scan.n_slices) == (4, 5)
        found = scan.kspace(3).samples[2, 1]
        assert torch.equal(found, torch.from_numpy(kspace[..., 3].reshape(8, 9, 2, 4)[:, :, 1, 2]))


def test_a_dimension_without_a_name_asks(tmp_path: Path) -> None:
    path = write_cfl(tmp_path / "ksp.cfl", random_complex(8, 9, 1, 1, 2))
    with pytest.raises(LayoutNeeded):
        open_scan(path)


def test_sets_of_maps_are_suggested_as_slices(tmp_path: Path) -> None:
    kspace = random_complex(16, 9, 1, 6, 2)
    path = write_cfl(tmp_path / "maps.cfl", kspace)
    with pytest.raises(LayoutNeeded) as asked:
        open_scan(path)
    (candidate,) = asked.value.candidates
    assert candidate.suggestion is not None
    with open_scan(path, candidate.suggestion) as scan:
        assert (scan.matrix, scan.n_coils, scan.n_slices) == ((16, 9), 6, 2)


def test_a_volume_asks(tmp_path: Path) -> None:
    path = write_cfl(tmp_path / "ksp.cfl", random_complex(8, 9, 10, 2))
    with pytest.raises(LayoutNeeded):
        open_scan(path)
    with open_scan(path, Layout.parse(None, "slice ky kx coil")) as scan:
        assert (scan.n_slices, scan.matrix, scan.n_coils) == (8, (9, 10), 2)


def test_images_are_taken_as_images_when_told(tmp_path: Path) -> None:
    path = write_cfl(tmp_path / "img.cfl", random_complex(8, 9))
    with open_scan(path, Layout.parse(None, None, "image")) as scan:
        assert dict(scan.header())["Domain"] == "image"


@pytest.mark.parametrize("change", [-8, 8])
def test_a_pair_of_other_sizes_is_refused_with_both(tmp_path: Path, change: int) -> None:
    path = write_cfl(tmp_path / "ksp.cfl", random_complex(8, 9))
    with path.open("r+b") as file:
        file.truncate(8 * 9 * 8 + change)
    with pytest.raises(ReadError, match=rf"576 bytes; ksp.cfl has {576 + change}"):
        open_scan(path)


def test_numbers_without_a_header_are_refused(tmp_path: Path) -> None:
    write_cfl(tmp_path / "ksp.cfl", random_complex(8, 9))
    (tmp_path / "ksp.hdr").unlink()
    with pytest.raises(ReadError, match=r"ksp\.hdr"):
        open_scan(tmp_path / "ksp.cfl")


def test_a_missing_numbers_file_is_a_read_error(tmp_path: Path) -> None:
    write_cfl(tmp_path / "ksp.cfl", random_complex(8, 9))
    (tmp_path / "ksp.cfl").unlink()
    with pytest.raises(ReadError, match=r"ksp\.cfl is not there"):
        open_scan(tmp_path / "ksp")


@pytest.mark.skipif(shutil.which("bart") is None, reason="BART is not installed")
def test_bart_reads_what_is_written_and_transforms_as_we_do(tmp_path: Path) -> None:
    image = torch.from_numpy(random_complex(1, 8, 9))
    path = tmp_path / "out.cfl"
    write_result(path, image, voxel_size=(1e-3, 1e-3), provenance={"method": "test"})
    command = ["bart", "fft", "-u", "3", str(path.with_suffix("")), str(tmp_path / "ksp")]
    subprocess.run(command, check=True, capture_output=True)
    theirs = open_scan(tmp_path / "ksp").kspace().samples
    ours = open_scan(path, Layout.parse(None, None, "image")).kspace().samples
    torch.testing.assert_close(theirs, ours)
