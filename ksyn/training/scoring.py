"""Measure a prior on people it never saw, beside the classical methods on the same cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import mean, stdev

import torch

from ksyn.data import KSpace, Mask
from ksyn.masks import MASKS
from ksyn.methods import METHODS
from ksyn.methods.protocol import Method
from ksyn.metrics import METRICS
from ksyn.phantoms import coil_maps, scan_of
from ksyn.pipeline import prepare, reference_of, stream
from ksyn.training.packs import load_pack
from ksyn.training.run import Pack
from ksyn.weights import Score

MASKS_COMPARED: Mapping[str, float] = {"uniform": 4, "random": 6}
"""Patterns and the acceleration asked of each."""


@dataclass(frozen=True)
class Scoring:
    """Which cases to score on."""

    pack: Pack
    """Images that no training saw."""
    cases: int = 6
    """Evenly spread over the pack."""
    n_coils: int = 8
    acs_lines: int = 24
    noise: float = 0.01
    """Level in the real and imaginary part; the brightest tissue is 1."""


def score(scoring: Scoring, methods: Mapping[str, Mapping[str, str]]) -> list[Score]:
    """Return the PSNR of each method on each mask: mean and spread over the cases."""
    scans = list(_scans(scoring))
    return [_score(name, scoring, scans, methods) for name in MASKS_COMPARED]


def _scans(scoring: Scoring) -> Iterator[KSpace]:
    images = load_pack(scoring.pack)
    for case in range(scoring.cases):
        image = images[case * len(images) // scoring.cases]
        height, width = image.shape
        maps = coil_maps(scoring.n_coils, (height, width), seed=case)
        yield scan_of(image, maps, scoring.noise, torch.Generator().manual_seed(case))


def _score(
    mask_name: str,
    scoring: Scoring,
    scans: list[KSpace],
    methods: Mapping[str, Mapping[str, str]],
) -> Score:
    psnr: dict[str, list[float]] = defaultdict(list)
    for case, scan in enumerate(scans):
        rng = torch.Generator().manual_seed(case)
        options = {"acceleration": MASKS_COMPARED[mask_name], "acs_lines": scoring.acs_lines}
        mask = MASKS.get(mask_name).of(options).draw(scan.matrix, rng)
        for name, values in methods.items():
            psnr[name].append(_psnr(scan, mask, METHODS.get(name).of(values)))
    return Score(
        test_set=f"{len(scans)} validation slices, {scans[0].n_coils} simulated coils, with noise",
        mask=mask_name,
        acceleration=round(mask.acceleration, 2),
        psnr={name: f"{mean(values):.2f} ± {stdev(values):.2f}" for name, values in psnr.items()},
    )


def _psnr(scan: KSpace, mask: Mask, method: Method) -> float:
    reference = reference_of(scan)
    prepared = prepare(scan, mask, reference=reference)
    step = None
    for step in stream(prepared, method, seed=0):  # noqa: B007 - the last one is wanted
        pass
    assert step is not None and reference is not None  # noqa: S101, PT018
    return float(METRICS.get("psnr")(prepared.image_of(step), reference))
