"""From a recipe to its result: the scan is prepared once, the method streams, the result is whole.

The command line and the window share these functions. Steps are in the problem's units; what
`finish` returns is in the scan's own.
"""

from ksyn.pipeline.beyond_maps import with_beyond
from ksyn.pipeline.hints import hints_of
from ksyn.pipeline.prepare import Prepared, prepare, reference_of, zero_filled
from ksyn.pipeline.result import Result, beside, finish
from ksyn.pipeline.run import Run, draw_mask, open_input, prepare_slice, run
from ksyn.pipeline.samples import Average, Sample
from ksyn.pipeline.stream import stream
from ksyn.recipe import Preparation

__all__ = [
    "Average",
    "Preparation",
    "Prepared",
    "Result",
    "Run",
    "Sample",
    "beside",
    "draw_mask",
    "finish",
    "hints_of",
    "open_input",
    "prepare",
    "prepare_slice",
    "reference_of",
    "run",
    "stream",
    "with_beyond",
    "zero_filled",
]
