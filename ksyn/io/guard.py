"""Keep a file's claims from doing harm: its kind, its size, parsers that fall over."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path

from ksyn.errors import KsynError, ReadError

DAMAGED = "The file is damaged or cut short; copy it again from where it came from."
_FALLBACK_MEMORY = 16 << 30
"""Memory assumed where the system does not tell [byte]."""


def regular_file(path: Path) -> Path:
    """Return the path when it names a readable, regular file that is not empty.

    Nothing is opened before its kind is known, so a pipe cannot make the program wait.

    Raises:
        ReadError: It does not.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        raise _not_there(path) from None
    except (OSError, ValueError) as error:
        raise ReadError(
            f"{path} cannot be looked at: {_one_line(error)}.",
            hint="Check the name, the folder, and whether its drive is connected.",
        ) from error
    if stat.S_ISDIR(status.st_mode):
        raise ReadError(f"{path} is a folder.", hint="Choose a file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise ReadError(f"{path} is not a regular file.", hint="Copy its content to a file first.")
    if status.st_size == 0:
        raise ReadError(f"{path.name} is empty (0 bytes).", hint=DAMAGED)
    return path


def first_bytes(path: Path, count: int = 4096) -> bytes:
    """Return how a file begins.

    Raises:
        ReadError: It cannot be opened.
    """
    with reading(path, "a file"), path.open("rb") as file:
        return file.read(count)


@contextmanager
def reading(path: Path, kind: str) -> Iterator[None]:
    """Turn whatever a parser raises on a damaged or hostile file into a `ReadError`.

    Parsers written by others raise nearly anything on such files (AssertionError, RecursionError,
    zlib.error, struct.error …), so this is the one place that catches `Exception`.
    """
    try:
        yield
    except KsynError:
        raise
    except PermissionError as error:
        raise ReadError(
            f"{path} may not be read.", hint="Ask for the right to read it, or copy it."
        ) from error
    except MemoryError as error:
        raise ReadError(f"{path.name} asks for too much memory.", hint=DAMAGED) from error
    except Exception as error:
        raise ReadError(
            f"{path.name} cannot be read as {kind}: {_one_line(error)}.", hint=DAMAGED
        ) from error


def check_memory(path: Path, shape: tuple[int, ...], item_size: int) -> None:
    """Refuse to load an array that would fill the memory.

    Args:
        path: Where it comes from.
        shape: What the file declares.
        item_size: Size of one element [byte].

    Raises:
        ReadError: It takes more than `memory_bound`, or a size is not positive.
    """
    if any(size < 1 for size in shape):
        raise ReadError(f"{path.name} declares an empty array, {shape}.", hint=DAMAGED)
    needed = prod(shape) * item_size
    if needed > memory_bound():
        raise ReadError(
            f"{path.name} declares {shape}, which takes {needed / 2**30:.1f} GiB; the bound here "
            f"is {memory_bound() / 2**30:.1f} GiB.",
            hint="If the sizes are right, cut the scan into smaller pieces first.",
        )


def memory_bound() -> int:
    """Return the most that one slice may take: half of the machine's memory [byte]."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf.
        memory = _FALLBACK_MEMORY
    return memory // 2


def _not_there(path: Path) -> ReadError:
    if path.is_symlink():
        return ReadError(
            f"{path} is a link to a file that is not there.",
            hint="Put the file back, or open it where it is now.",
        )
    return ReadError(f"{path} is not there.", hint="Check the spelling and the folder.")


def _one_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".")
