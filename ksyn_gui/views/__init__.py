"""Widgets that draw arrays and know no session."""

import pyqtgraph

# Rows first, as everywhere in K-Syn; items read this when they are built.
pyqtgraph.setConfigOptions(imageAxisOrder="row-major", antialias=True)
