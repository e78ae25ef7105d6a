"""METHODS: every reconstruction method, in the order of the menus."""

from ksyn.methods.protocol import Method
from ksyn.methods.zero_filled import ZeroFilled
from ksyn.registry import Registry

METHODS: Registry[type[Method]] = Registry("method", ZeroFilled)
