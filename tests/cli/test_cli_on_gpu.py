"""`ksyn --device cuda` computes on the GPU, and writes what the CPU would."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from both_devices import REAL

MASK = ("--mask", "uniform", "--acceleration", 3, "--acs", 16)


@pytest.mark.parametrize(
    "asked",
    [
        ("--method", "cg-sense", "--prepare", "compress_to=3"),
        ("--method", "grappa"),
        ("--method", "ve-diffusion", "--set", "steps=4", "--samples", 2),
    ],
    ids=["cg-sense", "grappa", "ve-diffusion"],
)
def test_recon_writes_the_same_image(asked, ksyn, scan, tmp_path, gpu):
    images = {}
    for device in ("cpu", "cuda"):
        out = tmp_path / f"{device}.npy"
        outcome = ksyn("recon", scan, *asked, *MASK, "--device", device, "-o", out, "--json")
        assert outcome.status == 0, outcome.err
        assert json.loads(outcome.out.splitlines()[-1])["device"] == device
        images[device] = np.load(out)
    if not (REAL and "ve-diffusion" in asked):
        tolerance = 1e-2 * np.abs(images["cpu"]).max()
        np.testing.assert_allclose(images["cuda"], images["cpu"], atol=tolerance)


def test_compare_measures_methods_on_the_gpu(ksyn, scan, gpu):
    outcome = ksyn(
        "compare", scan, "--methods", "zero-filled,cg-sense", *MASK, "--device", "cuda",
        "-o", "table.csv", "-o", "figure.png",
    )  # fmt: skip
    assert outcome.status == 0, outcome.err
    with Path("table.csv").open() as file:
        assert [row["device"] for row in csv.DictReader(file)] == ["cuda", "cuda"]
