"""Real scans of other people's making; none of them is in the project."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ksyn.fourier import kspace_to_image
from ksyn.io import open_scan
from ksyn.io.layout import Layout, LayoutNeeded
from ksyn.io.scan import Scan

pytestmark = pytest.mark.data

SCANS = [
    ("multicoil/labmidas_brain_7ch_MIT.npz", "y x coil", "image", 7, (256, 216)),
    ("multicoil/espirit_brain_alias_8ch_UCnonprofit.mat", "ky kx coil", "kspace", 8, (320, 256)),
    ("multicoil/sigpy_brain_8ch_undersampled_BSD3.npy", None, None, 8, (230, 180)),
    ("singlecoil/larson_se_t1_sag_MIT.mat", "ky kx", "kspace", 1, (256, 256)),
    ("vendor_formats/bart_cfl/ksp", None, None, 8, (180, 230)),
    ("vendor_formats/bart_cfl/img", "skip y x skip frame", "image", 1, (180, 230)),
    (
        "vendor_formats/ismrmrd/nhlbi_skyra_phantom_14ch_grappa3_NOLICENCE.h5",
        None,
        None,
        14,
        (192, 144),
    ),
    ("vendor_formats/ismrmrd/sirf_grappa2_4ch_SIMULATED_NOLICENCE.h5", None, None, 4, (256, 256)),
    ("vendor_formats/siemens_twix/gre_phantom_2ch_MIT.dat", None, None, 2, (160, 160)),
    ("vendor_formats/siemens_twix/epi_phantom_2ch_MIT.dat", None, None, 2, (80, 80)),
    ("train/chris_t1_BSD2.nii.gz", None, None, 1, (256, 188)),
    ("cine/acdc_CCBYNCSA/patient007_4d.nii.gz", None, None, 1, (95, 100)),
    ("cine/hggm_rat_cine_192x192x8_GPL2.mat", "y x frame", "image", 1, (192, 192)),
    (
        "cine/hggm_lung_ventilation_complex_64x64x5x5_GPL2.mat",
        "y x slice frame",
        "image",
        1,
        (64, 64),
    ),
]


def opened(folder: Path, name: str, axes: str | None, domain: str | None) -> Scan:
    try:
        return open_scan(folder / name, Layout.parse(None, axes, domain))
    except LayoutNeeded as question:  # the MATLAB files hold masks as well
        return open_scan(folder / name, Layout.parse(question.candidates[0].key, axes, domain))


def needs(name: str) -> None:
    if name.endswith(".dat"):
        pytest.importorskip("twixtools")


@pytest.mark.parametrize(("name", "axes", "domain", "coils", "matrix"), SCANS)
def test_a_real_scan_has_its_energy_where_it_belongs(
    data_folder: Path,
    name: str,
    axes: str | None,
    domain: str | None,
    coils: int,
    matrix: tuple[int, int],
) -> None:
    needs(name)
    with opened(data_folder, name, axes, domain) as scan:
        assert (scan.n_coils, scan.matrix) == (coils, matrix)
        kspace = scan.kspace(scan.n_slices // 2).samples
    # The strongest sample is at the zero frequency: a missing shift would put it at the corner.
    strongest = int(kspace.abs().sum(dim=(0, 1)).argmax())
    place = divmod(strongest, matrix[1])
    assert all(abs(p - n // 2) <= 3 for p, n in zip(place, matrix, strict=True))
    # Neighbouring pixels have about the same phase: a checkerboard would turn it by π.
    image = kspace_to_image(kspace)
    for axis in (-1, -2):
        ahead = image.narrow(axis, 1, image.shape[axis] - 1)
        behind = image.narrow(axis, 0, image.shape[axis] - 1)
        turn = torch.vdot(behind.flatten(), ahead.flatten()).angle()
        assert abs(float(turn)) < 0.5


def test_the_skyra_scan_shows_its_physics(data_folder: Path) -> None:
    name = "vendor_formats/ismrmrd/nhlbi_skyra_phantom_14ch_grappa3_NOLICENCE.h5"
    with open_scan(data_folder / name) as scan:
        facts = dict(scan.header())
        assert facts["Field of view"] == "280 × 210 mm"
        assert facts["Acceleration"] == "3 (embedded calibration)"
        assert "NIH" not in str(facts)
        lines = scan.mask().samples[0, 0].any(dim=0)
        assert int(lines.sum()) == 68
        covariance = scan.noise_covariance()
    assert covariance is not None
    assert bool((torch.linalg.eigvalsh(covariance.to(torch.complex128)) > 0).all())


def test_the_siemens_scan_shows_its_physics(data_folder: Path) -> None:
    needs(".dat")
    with open_scan(data_folder / "vendor_formats/siemens_twix/gre_phantom_2ch_MIT.dat") as scan:
        facts = dict(scan.header())
        assert scan.fully_sampled()
    assert facts["Field of view"] == "200 × 200 mm"
    assert (facts["TR"], facts["TE"], facts["Flip angle"]) == ("10 ms", "3 ms", "15 °")


def test_masks_of_the_loraks_scan_are_not_taken_for_scans(data_folder: Path) -> None:
    with pytest.raises(LayoutNeeded) as caught:
        open_scan(data_folder / "multicoil/loraks_mprage_4ch_USCnonprofit.mat")
    assert caught.value.candidates[0].key == "kData"
    assert caught.value.candidates[0].suggestion == Layout("kData", ("ky", "kx", "coil"), "kspace")


def test_coil_images_without_a_name_are_told_from_kspace(data_folder: Path) -> None:
    with pytest.raises(LayoutNeeded) as caught:
        open_scan(data_folder / "multicoil/labmidas_brain_7ch_MIT.npz")
    assert caught.value.candidates[0].suggestion == Layout("arr_0", ("y", "x", "coil"), "image")
