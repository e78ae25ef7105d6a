"""NETWORKS: networks of pictures alone; RECONSTRUCTORS: networks that are told the measurement."""

from ksyn.nets.h_dslr import HDslrOptions
from ksyn.nets.image_unet import ImageUNetOptions
from ksyn.nets.reconstructor import ReconstructorOptions
from ksyn.nets.unet import UNetOptions
from ksyn.nets.unrolled import UnrolledOptions
from ksyn.registry import Registry

NETWORKS: Registry[type[UNetOptions]] = Registry("network", UNetOptions)

RECONSTRUCTORS: Registry[type[ReconstructorOptions]] = Registry(
    "reconstructor", ImageUNetOptions, UnrolledOptions, HDslrOptions
)
