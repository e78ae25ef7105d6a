"""PEERS: reconstructions of other toolboxes that a benchmark may name beside our methods."""

from __future__ import annotations

from collections.abc import Mapping

from ksyn.evaluation import bart, sigpy
from ksyn.evaluation.peer import Peer
from ksyn.evaluation.pygrappa import pygrappa_grappa, pygrappa_missing

PEERS: Mapping[str, Peer] = {
    "bart": Peer(bart.bart_missing, bart.bart_wavelet),
    "bart-cg-sense": Peer(bart.bart_missing, bart.bart_sense),
    "bart-total-variation": Peer(bart.bart_missing, bart.bart_total_variation),
    "sigpy": Peer(sigpy.sigpy_missing, sigpy.sigpy_wavelet),
    "sigpy-cg-sense": Peer(sigpy.sigpy_missing, sigpy.sigpy_sense),
    "sigpy-total-variation": Peer(sigpy.sigpy_missing, sigpy.sigpy_total_variation),
    "pygrappa": Peer(pygrappa_missing, pygrappa_grappa),
}
