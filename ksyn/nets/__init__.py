"""NETWORKS: network code, one family a file; options build the network."""

from ksyn.nets.unet import UNetOptions
from ksyn.registry import Registry

NETWORKS: Registry[type[UNetOptions]] = Registry("network", UNetOptions)
