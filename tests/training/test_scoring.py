"""Scores on a card are what the methods reach on scans made of the pack's images."""

import numpy as np

from ksyn.training.run import Pack
from ksyn.training.scoring import MASKS_COMPARED, Scoring, score


def test_a_better_method_scores_better_on_every_mask(tmp_path):
    y, x = np.mgrid[-1:1:96j, -1:1:96j]
    disc = ((y / 0.8) ** 2 + (x / 0.6) ** 2 < 1) * (0.6 + 0.4 * np.cos(9 * x) * np.cos(7 * y))
    np.savez(tmp_path / "discs.npz", images=np.stack([disc, disc.T]).astype(np.float32))
    scoring = Scoring(Pack(path=tmp_path / "discs.npz"), cases=2, n_coils=4, acs_lines=12)
    found = score(scoring, {"zero-filled": {}, "cg-sense": {"iterations": "10"}})
    assert [entry.mask for entry in found] == list(MASKS_COMPARED)
    for entry in found:
        poor, good = (float(entry.psnr[name].split()[0]) for name in ("zero-filled", "cg-sense"))
        assert good > poor + 1
