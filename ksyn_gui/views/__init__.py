"""Widgets that draw arrays and know no session."""

import pyqtgraph

pyqtgraph.setConfigOptions(
    imageAxisOrder="row-major",
    antialias=False,  # curves ask for it by themselves
    mouseRateLimit=-1,  # a stroke of the brush needs every move of the mouse
)
