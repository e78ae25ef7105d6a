"""What the C library is taught costs nothing; what it brings, the benchmarks of diffusion tell."""

from __future__ import annotations

import sys

import pytest

from ksyn.memory import keep_freed_memory


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not count pages this way")
def test_keeping_memory_takes_none() -> None:
    import resource  # late: not on Windows

    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        keep_freed_memory()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 500
