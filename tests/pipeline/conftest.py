"""The head as a file."""

from pathlib import Path

import numpy as np
import pytest
from prepared_heads import head


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Return the fully sampled head, ``coil ky kx``, as a file."""
    path = tmp_path / "scan.npy"
    np.save(path, head().samples[0].numpy())
    return path
