from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from fastmri_file import mrd_xml, random_complex, write_fastmri

from ksyn.errors import OptionError, ReadError
from ksyn.fourier import kspace_to_image, resize_centred
from ksyn.io import open_scan
from ksyn.io.layout import Layout


def test_multi_coil_kspace_is_read_slice_by_slice(tmp_path: Path) -> None:
    stored = random_complex(3, 4, 16, 11)
    with open_scan(write_fastmri(tmp_path / "a.h5", stored)) as scan:
        assert (scan.format, scan.n_slices, scan.n_coils, scan.n_frames) == ("fastmri", 3, 4, 1)
        for index in range(3):
            assert torch.equal(scan.kspace(index).samples[0], torch.from_numpy(stored[index]))


def test_single_coil_kspace_has_one_coil(tmp_path: Path) -> None:
    stored = random_complex(2, 16, 11)
    with open_scan(write_fastmri(tmp_path / "a.h5", stored)) as scan:
        assert scan.n_coils == 1
        assert torch.equal(scan.kspace(1).samples[0, 0], torch.from_numpy(stored[1]))


def test_a_slice_that_is_not_there_is_an_option_error_with_the_count(tmp_path: Path) -> None:
    path = write_fastmri(tmp_path / "a.h5", random_complex(3, 4, 16, 11))
    with open_scan(path) as scan:
        for index in (-1, 3):
            with pytest.raises(OptionError, match="has 3"):
                scan.kspace(index)


@pytest.mark.parametrize("columns", [20, 21])
def test_readout_oversampling_is_cropped_in_the_image(tmp_path: Path, columns: int) -> None:
    stored = random_complex(1, 2, 32, columns)
    header = mrd_xml((32, columns, 1), (16, columns, 1), pixel=0.5)
    with open_scan(write_fastmri(tmp_path / "a.h5", stored, header=header)) as scan:
        image = kspace_to_image(scan.kspace().samples)
        wanted = resize_centred(kspace_to_image(torch.from_numpy(stored)), (16, columns))
        assert scan.matrix == (16, columns)
        assert scan.voxel_size == pytest.approx((0.5e-3, 0.5e-3))
        torch.testing.assert_close(image, wanted)


def test_cropping_the_readout_leaves_unmeasured_columns_empty(tmp_path: Path) -> None:
    stored = random_complex(1, 2, 32, 20)
    stored[..., ::3] = 0
    header = mrd_xml((32, 20, 1), (16, 20, 1))
    with open_scan(write_fastmri(tmp_path / "a.h5", stored, header=header)) as scan:
        assert not scan.mask().samples[..., ::3].any()
        assert scan.mask().samples[..., 1::3].all()
        assert not scan.kspace().samples[..., ::3].any()


def test_a_stored_reconstruction_of_the_same_matrix_is_the_reference(tmp_path: Path) -> None:
    image = np.abs(random_complex(2, 16, 11)).astype(np.float32)
    stored = random_complex(2, 4, 16, 11)
    path = write_fastmri(tmp_path / "a.h5", stored, reconstruction_rss=image)
    with open_scan(path) as scan:
        assert torch.equal(scan.reference(1), torch.from_numpy(image[1:]))


@pytest.mark.parametrize("columns", [20, 21])
def test_a_stored_centre_is_the_centre_of_the_reference(tmp_path: Path, columns: int) -> None:
    stored = random_complex(1, 4, 32, columns)
    centre = resize_centred(kspace_to_image(torch.from_numpy(stored)), (16, 12))
    rss = torch.linalg.vector_norm(centre, dim=1)  # as fastMRI makes it
    header = mrd_xml((32, columns, 1), (16, 12, 1))
    path = write_fastmri(tmp_path / "a.h5", stored, header=header, reconstruction_rss=rss.numpy())
    with open_scan(path) as scan:
        reference = scan.reference()
        assert "the centre; fully sampled slices" in dict(scan.header())["Reference"]
    assert reference.shape == (1, 16, columns)
    torch.testing.assert_close(resize_centred(reference, (16, 12)), rss)


def test_a_stored_reconstruction_of_another_matrix_is_not_used(tmp_path: Path) -> None:
    image = np.ones((1, 8, 13), np.float32)
    stored = random_complex(1, 4, 16, 11)
    path = write_fastmri(tmp_path / "a.h5", stored, reconstruction_rss=image)
    with open_scan(path) as scan:
        coils = kspace_to_image(torch.from_numpy(stored))
        torch.testing.assert_close(scan.reference(), torch.linalg.vector_norm(coils, dim=1))
        assert "not used" in dict(scan.header())["Reference"]


def test_an_undersampled_scan_has_no_reference(tmp_path: Path) -> None:
    mask = np.arange(12) % 3 == 0
    stored = random_complex(1, 4, 16, 12) * mask
    with open_scan(write_fastmri(tmp_path / "a.h5", stored, mask=mask)) as scan:
        assert scan.reference() is None
        assert not scan.fully_sampled()
        assert scan.mask().acceleration == pytest.approx(3)


def test_the_stored_mask_is_applied(tmp_path: Path) -> None:
    mask = (np.arange(12) % 2).astype(np.float32)
    path = write_fastmri(tmp_path / "a.h5", random_complex(1, 4, 16, 12), mask=mask)
    with open_scan(path) as scan:
        assert scan.mask().samples[0, 0, 0].tolist() == mask.astype(bool).tolist()
        assert not scan.kspace().samples[..., 0].any()


def test_columns_padded_with_zeros_on_both_sides_still_count_as_full(tmp_path: Path) -> None:
    stored = random_complex(1, 2, 16, 20)
    stored[..., :3] = 0
    stored[..., -3:] = 0
    with open_scan(write_fastmri(tmp_path / "a.h5", stored)) as scan:
        assert scan.fully_sampled()
        assert not scan.mask().samples[..., :3].any()


def test_partial_fourier_does_not_count_as_full(tmp_path: Path) -> None:
    stored = random_complex(1, 2, 16, 20)
    stored[..., :6] = 0
    with open_scan(write_fastmri(tmp_path / "a.h5", stored)) as scan:
        assert not scan.fully_sampled()
        assert scan.reference() is None


def test_the_header_shows_physics_and_no_patient(tmp_path: Path) -> None:
    path = write_fastmri(tmp_path / "a.h5", random_complex(1, 2, 16, 12))
    with open_scan(path) as scan:
        facts = dict(scan.header())
    assert facts["TE"] == "12.5 ms"
    assert facts["Field strength"] == "1.494 T"
    assert facts["Field of view"] == "16 × 12 mm"
    assert "Secret" not in str(facts)
    assert "S123" not in str(facts)


def test_without_a_header_the_voxel_size_is_said_to_be_assumed(tmp_path: Path) -> None:
    path = write_fastmri(tmp_path / "a.h5", random_complex(1, 2, 16, 12), header=None)
    with open_scan(path) as scan:
        assert "assumed" in dict(scan.header())["Voxel size"]


def test_nan_is_refused_and_counted_when_its_slice_is_read(tmp_path: Path) -> None:
    stored = random_complex(2, 2, 16, 12)
    stored[1, 0, 3, :5] = np.nan
    with open_scan(write_fastmri(tmp_path / "a.h5", stored)) as scan:
        assert scan.kspace(0).matrix == (16, 12)
        with pytest.raises(ReadError, match="5 of 384"):
            scan.kspace(1)


def test_naming_an_array_opens_it_instead_of_the_scan(tmp_path: Path) -> None:
    image = np.ones((2, 8, 8), np.float32)
    stored = random_complex(2, 4, 16, 11)
    path = write_fastmri(tmp_path / "a.h5", stored, reconstruction_rss=image)
    with open_scan(path, Layout.parse("reconstruction_rss", "slice y x")) as scan:
        assert (scan.format, scan.matrix, scan.n_slices) == ("hdf5", (8, 8), 2)


@pytest.mark.parametrize(
    "header",
    [
        b"no xml",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        mrd_xml((10**6, 12, 1), (16, 12, 1)),
        b"<ismrmrdHeader><encoding><encodedSpace/></encoding>",
    ],
)
def test_a_bad_header_is_a_read_error(tmp_path: Path, header: bytes) -> None:
    path = write_fastmri(tmp_path / "a.h5", random_complex(1, 2, 16, 12), header=header)
    with pytest.raises(ReadError, match=r"a\.h5|matrix"):
        open_scan(path)


def test_a_mask_of_another_matrix_is_a_read_error(tmp_path: Path) -> None:
    stored = random_complex(1, 2, 16, 12)
    path = write_fastmri(tmp_path / "a.h5", stored, mask=np.ones(13, bool))
    with open_scan(path) as scan, pytest.raises(ReadError, match="mask"):
        scan.kspace()


def test_only_the_slice_asked_for_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        shape = (100_000, 8, 64, 64)  # 24 GiB, of which one slice is on the disk
        kspace = file.create_dataset("kspace", shape, "c8", chunks=(1, 8, 64, 64))
        kspace[77_777] = 1
        file.attrs["acquisition"] = "AXT2"
    assert path.stat().st_size < 50e6
    with open_scan(path) as scan:
        assert scan.n_slices == 100_000
        assert bool((scan.kspace(77_777).samples == 1).all())
