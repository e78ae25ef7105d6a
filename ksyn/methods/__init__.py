"""METHODS: every reconstruction method, in the order of the menus."""

from ksyn.methods.ak_diffusion import AkDiffusion
from ksyn.methods.cg_sense import CgSense
from ksyn.methods.grappa import Grappa
from ksyn.methods.grappa_operator import GrappaOperator
from ksyn.methods.h_dslr import HDslrReconstruction
from ksyn.methods.l1_spirit import L1Spirit
from ksyn.methods.l1_wavelet import L1Wavelet
from ksyn.methods.loraks import Loraks
from ksyn.methods.protocol import Method
from ksyn.methods.slr import Slr
from ksyn.methods.spirit import Spirit
from ksyn.methods.total_variation import TotalVariation
from ksyn.methods.unet_reconstruction import UNetReconstruction
from ksyn.methods.unrolled import UnrolledReconstruction
from ksyn.methods.ve_diffusion import VeDiffusion
from ksyn.methods.zero_filled import ZeroFilled
from ksyn.registry import Registry

METHODS: Registry[type[Method]] = Registry(
    "method",
    ZeroFilled,
    CgSense,
    L1Wavelet,
    TotalVariation,
    Grappa,
    GrappaOperator,
    Spirit,
    L1Spirit,
    Loraks,
    Slr,
    UNetReconstruction,
    UnrolledReconstruction,
    HDslrReconstruction,
    AkDiffusion,
    VeDiffusion,
)
