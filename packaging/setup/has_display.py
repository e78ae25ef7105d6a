"""Exit with 0 when a window can be opened here, with 1 when it cannot."""

import os
import subprocess
import sys

OPEN_AND_CLOSE = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"


def main() -> int:
    """Ask Qt in a process of its own: it aborts where there is no display."""
    if sys.platform.startswith("linux") and not any(
        map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY"))
    ):
        return 1
    probe = subprocess.run([sys.executable, "-c", OPEN_AND_CLOSE], capture_output=True, timeout=60)
    return 0 if probe.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
