from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch

from ksyn.encoding import magnitude_image
from ksyn.errors import ReadError
from ksyn.io import open_scan
from ksyn.io.layout import LayoutNeeded
from ksyn.io.nifti import turn


def save(path: Path, values: np.ndarray, affine: np.ndarray | None = None) -> Path:
    nibabel.save(nibabel.Nifti1Image(values, np.eye(4) if affine is None else affine), path)
    return path


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_slices_of_a_ras_volume_are_face_up_and_right_on_the_left(
    tmp_path: Path, name: str
) -> None:
    volume = np.random.default_rng(0).random((6, 7, 3)).astype(np.float32)
    with open_scan(save(tmp_path / name, volume)) as scan:
        image = magnitude_image(scan.kspace(2).samples)[0]
        wanted = torch.from_numpy(volume[::-1, ::-1, 2].T.copy())
        torch.testing.assert_close(image, wanted)


@pytest.mark.parametrize("signs", [(1, 1), (-1, 1), (1, -1), (-1, -1)])
def test_the_picture_does_not_depend_on_how_the_volume_is_stored(
    tmp_path: Path, signs: tuple[int, int]
) -> None:
    volume = np.random.default_rng(0).random((6, 7, 2)).astype(np.float32)
    stored = volume[:: signs[0], :: signs[1]]
    path = save(tmp_path / "a.nii", stored, np.diag([*signs, 1.0, 1.0]))
    with open_scan(path) as scan:
        image = magnitude_image(scan.kspace(0).samples)[0]
        torch.testing.assert_close(image, torch.from_numpy(volume[::-1, ::-1, 0].T.copy()))


@pytest.mark.parametrize(
    ("codes", "swapped", "flips"),
    [
        (("R", "A"), True, (True, True)),
        (("L", "P"), True, (False, False)),
        (("P", "S"), True, (True, False)),
        (("I", "A"), False, (False, True)),
        (("R", "S"), True, (True, True)),
        ((None, None), False, (False, False)),
    ],
)
def test_rows_lead_to_the_feet_or_the_back(
    codes: tuple[str | None, ...], swapped: bool, flips: tuple[bool, bool]
) -> None:
    assert turn(codes) == (swapped, flips)


def test_a_series_has_frames_and_its_pixel_size(tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((6, 7, 3, 4)).astype(np.float32)
    with open_scan(save(tmp_path / "a.nii.gz", values, np.diag([2.0, 3.0, 1, 1]))) as scan:
        assert (scan.n_slices, scan.n_frames, scan.matrix) == (3, 4, (7, 6))
        assert scan.voxel_size == pytest.approx((3e-3, 2e-3))


def test_a_fifth_axis_asks(tmp_path: Path) -> None:
    with pytest.raises(LayoutNeeded):
        open_scan(save(tmp_path / "a.nii", np.ones((8, 9, 2, 2, 2), np.float32)))


def test_colours_are_refused(tmp_path: Path) -> None:
    rgb = np.zeros((8, 9, 2), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    with pytest.raises(ReadError, match="not numbers"):
        open_scan(save(tmp_path / "a.nii", rgb))
