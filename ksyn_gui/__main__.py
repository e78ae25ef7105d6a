"""The `ksyn-gui` command: gets to the window quickly."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from types import ModuleType

from ksyn.file_process import become_if_asked


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the window; return what the process shall exit with."""
    become_if_asked()
    code: int = import_app().main(arguments)
    return code


def import_app() -> ModuleType:
    """Return `ksyn_gui.app`, read without looking for garbage: there is none yet.

    That takes a sixth off the start. The window has a collector of its own.
    """
    gc.disable()
    from ksyn_gui import app  # late: this reads Qt and pyqtgraph

    return app


if __name__ == "__main__":
    sys.exit(main())
