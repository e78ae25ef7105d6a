"""What an axis of an array may mean, and what is wrong with an answer, in the window's words."""

from __future__ import annotations

from collections.abc import Sequence

TITLES = {
    "slice": "Slice",
    "frame": "Frame (time)",
    "coil": "Coil",
    "ky": "ky",
    "kx": "kx",
    "y": "y (rows)",
    "x": "x (columns)",
    "complex": "Real and imaginary part",
    "skip": "Nothing (length 1)",
}
IN_KSPACE = ("slice", "frame", "coil", "ky", "kx", "complex", "skip")
IN_IMAGE = ("slice", "frame", "coil", "y", "x", "complex", "skip")
OTHER_DOMAIN = {"ky": "y", "kx": "x", "y": "ky", "x": "kx"}
_PAIRS = {"kspace": ("ky", "kx"), "image": ("y", "x")}
_LENGTHS = {"skip": 1, "complex": 2}


def fault_of(shape: Sequence[int], words: Sequence[str], domain: str) -> str:
    """Return why axes of these lengths cannot mean that; empty where they can."""
    lacking = [TITLES[word] for word in _PAIRS[domain] if word not in words]
    if lacking:
        return f"No axis is {' or '.join(lacking)} yet."
    for number, (length, word) in enumerate(zip(shape, words, strict=True), start=1):
        needed = _LENGTHS.get(word, length)
        if length != needed:
            return (
                f"Axis {number} is {length} long; “{TITLES[word]}” takes {needed}.\n"
                "Choose what that axis is."
            )
    return ""
