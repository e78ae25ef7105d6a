from __future__ import annotations

import json
from pathlib import Path

import h5py
import nibabel
import numpy as np
import pydicom
import pytest
import torch
from fastmri_file import random_complex
from PIL import Image

from ksyn.data import KSpace
from ksyn.encoding import magnitude_image
from ksyn.errors import OptionError, WriteError
from ksyn.fourier import image_to_kspace
from ksyn.io import WRITERS, open_scan, write_result, writer_of
from ksyn.io.layout import Layout
from ksyn.io.writers.png import tiled
from ksyn.io.writers.writer import label
from ksyn.labels import AI_RECONSTRUCTED, RECONSTRUCTED

PROVENANCE = {"method": "cg-sense", "family": "classical", "version": "0.1", "größe": "π ≈ 3"}
SIZE = (1.5e-3, 0.75e-3)
ENDINGS = [writer.suffixes[0] for writer in WRITERS]


def written(path: Path, image: torch.Tensor, kspace: KSpace | None = None) -> Path:
    write_result(path, image, kspace=kspace, voxel_size=SIZE, provenance=PROVENANCE)
    return path


@pytest.fixture(params=[(1, 36, 40), (3, 35, 41)], ids=["still", "series"])
def image(request: pytest.FixtureRequest) -> torch.Tensor:
    return torch.from_numpy(random_complex(*request.param))


@pytest.mark.parametrize("ending", ENDINGS)
def test_only_the_result_is_left_in_the_folder(
    tmp_path: Path, ending: str, image: torch.Tensor
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    path = written(folder / f"a.b{ending}", image)
    assert sorted(folder.iterdir()) == sorted(writer_of(path).files(path))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_result_that_fails_leaves_the_old_one(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / f"a{ending}", torch.ones(1, 36, 40, dtype=torch.complex64))
    before = {file: file.read_bytes() for file in tmp_path.glob("a*")}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WriteError, match="No space left"):
        written(path, torch.zeros(1, 36, 40, dtype=torch.complex64))
    assert {file: file.read_bytes() for file in tmp_path.glob("[!h]*")} == before
    assert not list(tmp_path.glob(".[!.]*"))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_second_result_replaces_the_first(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / f"a{ending}", torch.ones(1, 36, 40, dtype=torch.complex64))
    first = path.read_bytes()
    written(path, 1j * torch.rand(1, 36, 40).to(torch.complex64))
    assert path.read_bytes() != first


def test_the_old_result_is_replaced_and_never_written_into(tmp_path: Path) -> None:
    path = written(tmp_path / "a.npy", torch.ones(1, 36, 40, dtype=torch.complex64))
    (tmp_path / "reader").hardlink_to(path)  # somebody who has the old one open
    written(path, torch.zeros(1, 36, 40, dtype=torch.complex64))
    assert np.load(tmp_path / "reader").all()


def test_npy_holds_the_image_as_it_is(tmp_path: Path, image: torch.Tensor) -> None:
    stored = np.load(written(tmp_path / "a.npy", image))
    assert stored.dtype == np.complex64
    assert np.array_equal(stored, image.squeeze(0).numpy())


def test_nifti_comes_back_as_the_same_picture(tmp_path: Path, image: torch.Tensor) -> None:
    with open_scan(written(tmp_path / "a.nii.gz", image)) as scan:
        torch.testing.assert_close(magnitude_image(scan.kspace().samples), image.abs())
        assert scan.voxel_size == pytest.approx(SIZE)


def test_nifti_tells_size_and_origin(tmp_path: Path, image: torch.Tensor) -> None:
    nifti = nibabel.load(written(tmp_path / "a.nii.gz", image))
    assert nifti.header.get_zooms()[:3] == pytest.approx((0.75, 1.5, 1.0))
    middle = nifti.affine @ [image.shape[2] // 2, image.shape[1] // 2, 0, 1]
    assert middle[:3] == pytest.approx(0)
    assert b"not for diagnostic use" in nifti.header["descrip"].tobytes()
    assert json.loads(nifti.header.extensions[0].get_content()) == PROVENANCE


def test_png_spans_the_window_and_says_what_it_is(tmp_path: Path, image: torch.Tensor) -> None:
    with Image.open(written(tmp_path / "a.png", image)) as picture:
        assert picture.mode == "L"
        assert picture.text["method"] == "cg-sense"
        assert picture.text["größe"] == "π ≈ 3"
        assert picture.text["label"] == RECONSTRUCTED


def test_png_and_dicom_show_the_window_that_is_asked_for(tmp_path: Path) -> None:
    ramp = torch.linspace(0, 1, 400).repeat(1, 100, 1)
    for name in ("a.png", "a.dcm"):
        write_result(
            tmp_path / name, ramp, voxel_size=SIZE, provenance=PROVENANCE, window=(0.25, 0.75)
        )
    with Image.open(tmp_path / "a.png") as picture:
        grey = np.asarray(picture)[0].astype(int)
        assert picture.text["window"] == "0.25 to 0.75"
    assert (grey[:100] == 0).all()
    assert (grey[300:] == 255).all()
    assert abs(int(grey[200]) - 128) < 2
    dataset = pydicom.dcmread(tmp_path / "a.dcm")
    assert (dataset.WindowCenter, dataset.WindowWidth) == (0.5, 0.5)


def test_png_has_the_label_burned_in_at_its_foot(tmp_path: Path) -> None:
    black = torch.zeros(1, 128, 256, dtype=torch.complex64)
    pixels = np.asarray(Image.open(written(tmp_path / "a.png", black)))
    assert pixels.shape == (128, 256)
    assert (pixels[-20:] > 128).sum() > 100
    assert not pixels[:-20].any()


def test_png_scales_magnitude_to_grey(tmp_path: Path) -> None:
    ramp = torch.linspace(0, 1, 300).repeat(300, 1).T.to(torch.complex64)[None]
    pixels = np.asarray(Image.open(written(tmp_path / "a.png", ramp))).astype(float)
    grey = np.clip(255 * (np.linspace(0, 1, 300) - 0.001) / 0.998, 0, 255)
    assert abs(pixels[:250, 0] - grey[:250]).max() < 1.5


@pytest.mark.parametrize(("frames", "shape"), [(1, (4, 5)), (3, (8, 10)), (5, (8, 15))])
def test_frames_stand_side_by_side(frames: int, shape: tuple[int, int]) -> None:
    stack = np.arange(frames, dtype=np.uint8)[:, None, None].repeat(4, 1).repeat(5, 2) + 1
    sheet = tiled(stack)
    assert sheet.shape == shape
    assert sheet[0, ::5][:frames].tolist() == list(range(1, frames + 1))[: shape[1] // 5]


@pytest.mark.parametrize(
    ("provenance", "said"),
    [
        ({"family": "classical"}, RECONSTRUCTED),
        ({"family": "diffusion"}, AI_RECONSTRUCTED),
        ({"family": "learned"}, AI_RECONSTRUCTED),
        ({"model": "ak-head"}, AI_RECONSTRUCTED),
        ({}, RECONSTRUCTED),
    ],
)
def test_what_was_learned_is_called_ai(provenance: dict[str, str], said: str) -> None:
    assert label(provenance) == said


def test_hdf5_opens_again_with_its_kspace_and_without_asking(
    tmp_path: Path, image: torch.Tensor
) -> None:
    kspace = KSpace(image_to_kspace(image)[:, None], SIZE)
    path = written(tmp_path / "a.h5", image, kspace)
    with open_scan(path) as scan:
        assert torch.equal(scan.kspace().samples, kspace.samples)
        assert scan.voxel_size == SIZE
    with open_scan(path, Layout.parse(None, None, "image")) as scan:
        torch.testing.assert_close(scan.reference(), image.abs())
    with h5py.File(path) as file:
        assert file.attrs["method"] == "cg-sense"
        assert np.array_equal(file["image"][()], image.numpy())


def test_hdf5_without_kspace_opens_as_images(tmp_path: Path, image: torch.Tensor) -> None:
    with open_scan(written(tmp_path / "a.h5", image)) as scan:
        torch.testing.assert_close(scan.reference(), image.abs())


def test_cfl_comes_back(tmp_path: Path, image: torch.Tensor) -> None:
    path = written(tmp_path / "a.cfl", image)
    with open_scan(path, Layout.parse(None, None, "image")) as scan:
        torch.testing.assert_close(scan.reference(), image.abs())
    assert "# method: cg-sense" in path.with_suffix(".hdr").read_text()


def test_dicom_holds_the_magnitude_and_the_pixel_size(tmp_path: Path, image: torch.Tensor) -> None:
    dataset = pydicom.dcmread(written(tmp_path / "a.dcm", image))
    stored = dataset.pixel_array * float(dataset.RescaleSlope)
    wanted = image.abs().squeeze(0).numpy()
    assert abs(stored - wanted).max() <= wanted.max() / 65535
    assert list(dataset.PixelSpacing) == [1.5, 0.75]


def test_dicom_is_derived_and_names_nobody(tmp_path: Path, image: torch.Tensor) -> None:
    dataset = pydicom.dcmread(written(tmp_path / "a.dcm", image))
    assert dataset.ImageType[0] == "DERIVED"
    assert dataset.DerivationDescription.startswith(RECONSTRUCTED)
    for name in ("PatientName", "PatientID", "PatientBirthDate", "StudyDate"):
        assert str(dataset[name].value or "") == ""


def test_each_dicom_has_uids_of_its_own(tmp_path: Path, image: torch.Tensor) -> None:
    first, second = (pydicom.dcmread(written(tmp_path / f"{n}.dcm", image)) for n in "ab")
    for name in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
        assert first[name].value != second[name].value
    assert first.file_meta.MediaStorageSOPInstanceUID == first.SOPInstanceUID


@pytest.mark.parametrize("name", ["a", "a.tiff", ".npy", "a.npy.bak"])
def test_an_unknown_ending_lists_the_known(tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match=r"\.nii\.gz"):
        writer_of(tmp_path / name)


def test_endings_may_be_written_large(tmp_path: Path, image: torch.Tensor) -> None:
    assert np.load(written(tmp_path / "A.NPY", image)).dtype == np.complex64


def test_a_folder_that_is_not_there_is_a_write_error(tmp_path: Path, image: torch.Tensor) -> None:
    with pytest.raises(WriteError, match="cannot be written"):
        written(tmp_path / "none" / "a.npy", image)


@pytest.mark.parametrize("ending", ENDINGS)
def test_nan_is_not_written(tmp_path: Path, ending: str) -> None:
    image = torch.full((1, 4, 4), float("nan"), dtype=torch.complex64)
    with pytest.raises(WriteError, match="16 of 16"):
        written(tmp_path / f"a{ending}", image)
    assert not list(tmp_path.glob("a*"))
