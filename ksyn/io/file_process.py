"""Talk to the process that reads files whose parsers may crash."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ksyn import file_process
from ksyn.errors import ReadError
from ksyn.io.guard import DAMAGED, memory_bound

_BASE_MEMORY = 4 << 30
"""Address space that Python and the libraries take before anything is read [byte]."""


class FileProcess:
    """A process that reads one file; a crash in it is a `ReadError` here.

    Args:
        path: The file.
        kind: What it is read as, for messages.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self._path = path
        self._kind = kind
        self._lock = threading.Lock()
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # it computes nothing
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.close = weakref.finalize(self, _end, self._process)
        self.ask("limit", memory=memory_bound() + _BASE_MEMORY)

    def ask(self, kind: str, **request: object) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        """Return the answer to a request: plain values, and arrays.

        Raises:
            ReadError: The file cannot be read, or brought the process down.
        """
        with self._lock:
            try:
                info, arrays = self._exchange(request | {"kind": kind})
            except (OSError, ValueError, EOFError) as error:
                self.close()
                raise ReadError(
                    f"{self._path.name} cannot be read as {self._kind}: its parser broke down.",
                    hint=DAMAGED,
                ) from error
        if "error" in info:
            raise ReadError(
                f"{self._path.name} cannot be read as {self._kind}: {info['error']}.",
                hint=DAMAGED,
            )
        return info, arrays

    def _exchange(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        sending, answers = self._process.stdin, self._process.stdout
        if sending is None or answers is None or sending.closed:
            raise EOFError
        sending.write(json.dumps(request).encode() + b"\n")
        sending.flush()
        info = json.loads(answers.readline())
        pipe: Any = file_process.Plain(answers)
        arrays = [np.lib.format.read_array(pipe, allow_pickle=False) for _ in range(info["arrays"])]
        return info, arrays


def _command() -> list[str]:
    if getattr(sys, "frozen", False):  # an installer has no Python to run a program with
        return [sys.executable, file_process.FLAG]
    # Without -P the folder of the program, which has an `io` of its own, would come first.
    return [sys.executable, "-P", file_process.__file__]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was not yet sent has nobody to go to
                pipe.close()
