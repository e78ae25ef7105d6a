"""Small files: text read with care, anything written whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from ksyn.errors import ReadError, WriteError

_LARGEST = 64 << 20
"""A larger file is something else [bytes]."""


def read_mapping(path: Path, hint: str) -> dict[str, Any]:
    """Return the mapping that a YAML file holds.

    Args:
        path: The file.
        hint: What to give instead, when it is something else.

    Raises:
        ReadError: It is not there, not YAML, or no mapping.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ReadError(f"{path} is larger than any such file.", hint=hint)
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReadError(
            f"{path} cannot be read: {error.strerror}.", hint="Check the path."
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ReadError(f"{path} is not YAML: {error}.", hint=hint) from None
    if not isinstance(fields, dict):
        raise ReadError(f"{path} holds no fields.", hint=hint)
    return fields


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file as a whole, or not at all; text as UTF-8.

    Raises:
        WriteError: It cannot be written; what was there before is still there.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise WriteError(
            f"{path} cannot be written: {error.strerror}.", hint="Choose a folder you may write to."
        ) from None


def relative(path: Path, folder: Path) -> str:
    """Return a path as seen from a folder, or absolute where the two share only the root."""
    path = path.parent.resolve() / path.name
    try:
        shared = Path(os.path.commonpath([path, folder]))
    except ValueError:  # two drives
        return str(path)
    if shared == Path(shared.anchor):
        return str(path)
    return Path(os.path.relpath(path, folder)).as_posix()
