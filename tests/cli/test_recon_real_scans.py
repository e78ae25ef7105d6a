"""Real scans go through the command line, from file to recipe and back."""

import json

import numpy as np
import pytest

pytestmark = pytest.mark.data

UNIFORM = ("--mask", "uniform", "--acceleration", 3, "--acs", 24)
LORAKS = ("--key", "kData", "--axes", "ky kx coil", "--domain", "kspace", *UNIFORM)
IMAGES = ("--key", "arr_0", "--axes", "y x coil", "--domain", "image", *UNIFORM)
SCANS = {
    "multicoil/loraks_mprage_4ch_USCnonprofit.mat": LORAKS,
    "multicoil/labmidas_brain_7ch_MIT.npz": (*IMAGES, "--prepare", "compress_to=4"),
    "vendor_formats/bart_cfl/ksp.cfl": (),
    "vendor_formats/ismrmrd/nhlbi_skyra_phantom_14ch_grappa3_NOLICENCE.h5": (
        "--prepare",
        "whiten=true",
    ),
    "vendor_formats/ismrmrd/sirf_grappa2_4ch_SIMULATED_NOLICENCE.h5": (),
}


@pytest.mark.parametrize("name", SCANS)
def test_sense_explains_the_data_and_its_recipe_repeats_it(ksyn, data_folder, tmp_path, name):
    call = ("recon", data_folder / name, *SCANS[name], "--method", "cg-sense", "--device", "cpu")
    outcome = ksyn(*call, "-o", "a.npy", "--json")
    assert outcome.status == 0, outcome.err
    assert json.loads(outcome.out)["data_residual"] < 0.35  # one file is noise for a third
    assert ksyn("recon", "--recipe", "a.npy.recipe.yaml", "-o", "b.npy").status == 0
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()


@pytest.mark.parametrize("name", list(SCANS)[:2])
def test_sense_is_closer_to_the_reference_than_the_zero_filled_image(ksyn, data_folder, name):
    psnr = {}
    for method in ("zero-filled", "cg-sense"):
        call = ("recon", data_folder / name, *SCANS[name], "--method", method, "--device", "cpu")
        psnr[method] = json.loads(ksyn(*call, "-o", "a.npy", "--json").out)["metrics"]["psnr"]
    assert psnr["cg-sense"] > psnr["zero-filled"] + 4


def test_a_container_of_many_arrays_says_what_to_give(ksyn, data_folder):
    outcome = ksyn("recon", data_folder / next(iter(SCANS)), "--method", "cg-sense", "-o", "a.npy")
    assert outcome.status == 1
    assert "--key kData" in outcome.err


def test_whitening_keeps_the_units_of_the_scan(ksyn, data_folder):
    scan = data_folder / list(SCANS)[3]
    for name, settings in (("a", ()), ("b", ("--prepare", "whiten=true"))):
        ksyn("recon", scan, "--method", "cg-sense", *settings, "-o", f"{name}.npy")
    plain, white = (np.abs(np.load(f"{name}.npy")) for name in "ab")
    assert np.linalg.norm(plain - white) < 0.1 * np.linalg.norm(plain)
