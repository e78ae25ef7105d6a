"""The XML header of ISMRMRD, which fastMRI files carry too: what K-Syn needs of it, in SI units.

Only an allow-list of facts is read, so patient, study, institution and device numbers stay where
they are. Source: Inati et al., Magn. Reson. Med. 77(1), 411-421 (2017).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Python's expat bounds entity expansion, and a document type is refused before it is parsed.
from xml.etree import ElementTree as ET

from ksyn.errors import ReadError
from ksyn.io.guard import DAMAGED, reading

_LONGEST = 16 << 20
_LARGEST_MATRIX = 1 << 16

_FACTS = (
    ("Vendor", "acquisitionSystemInformation/systemVendor", ""),
    ("System", "acquisitionSystemInformation/systemModel", ""),
    ("Field strength", "acquisitionSystemInformation/systemFieldStrength_T", "T"),
    ("Protocol", "measurementInformation/protocolName", ""),
    ("Sequence", "sequenceParameters/sequence_type", ""),
    ("TR", "sequenceParameters/TR", "ms"),
    ("TE", "sequenceParameters/TE", "ms"),
    ("TI", "sequenceParameters/TI", "ms"),
    ("Flip angle", "sequenceParameters/flipAngle_deg", "°"),
    ("Echo spacing", "sequenceParameters/echo_spacing", "ms"),
    ("Trajectory", "encoding/trajectory", ""),
)
_CALIBRATION = "encoding/parallelImaging/calibrationMode"
_ACCELERATION = "encoding/parallelImaging/accelerationFactor/kspace_encoding_step_1"


@dataclass(frozen=True)
class Space:
    """A grid: readout, phase encoding, partition encoding."""

    matrix: tuple[int, int, int]
    field_of_view: tuple[float, float, float]
    """[m]"""


@dataclass(frozen=True)
class Limits:
    """The range of a counter, and its value at the zero frequency."""

    minimum: int
    maximum: int
    centre: int


@dataclass(frozen=True)
class MrdHeader:
    """What the header says of the first encoding."""

    encoded: Space | None
    recon: Space | None
    limits: dict[str, Limits]
    """By counter, ``kspace_encoding_step_1`` and so on."""
    trajectory: str
    """``cartesian``, ``epi``, ``radial`` …; empty when not said."""
    noise_bandwidth: float
    """Bandwidth of the receiver's noise relative to its sampling rate; 1 when not said."""
    facts: tuple[tuple[str, str], ...]

    @property
    def oversampling(self) -> float:
        """How much farther the readout reaches than the image that is wanted; 1 = not at all."""
        if self.encoded is None or self.recon is None:
            return 1.0
        ratio = self.encoded.field_of_view[0] / self.recon.field_of_view[0]
        return max(ratio, 1.0)


def parse_mrd_header(path: Path, text: bytes | str) -> MrdHeader:
    """Return what the header says.

    Args:
        path: Whose header it is, for messages.
        text: XML.

    Raises:
        ReadError: It is no XML, or a number in it makes no sense.
    """
    data = text.encode() if isinstance(text, str) else bytes(text)
    if len(data) > _LONGEST or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ReadError(f"The header of {path.name} is not a plain ISMRMRD header.", hint=DAMAGED)
    with reading(path, "an ISMRMRD header"):
        root = ET.fromstring(data.rstrip(b"\0"))  # noqa: S314 - see the import
        _drop_namespaces(root)
        return MrdHeader(
            encoded=_space(root, "encoding/encodedSpace"),
            recon=_space(root, "encoding/reconSpace"),
            limits=dict(_limits(root)),
            trajectory=_text(root, "encoding/trajectory").lower(),
            noise_bandwidth=_noise_bandwidth(root),
            facts=tuple(_facts(root)),
        )


def voxel_size(header: MrdHeader, matrix: tuple[int, int]) -> tuple[float, float] | None:
    """Return pixel height (readout) and width (phase encoding) [m]; None when not said.

    Args:
        header: It has the field of view, which the distance of samples follows from.
        matrix: Samples of the measured grid, with oversampling.
    """
    if header.encoded is None:
        return None
    height, width, _ = header.encoded.field_of_view
    return height / matrix[0], width / matrix[1]


def _drop_namespaces(root: ET.Element) -> None:
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]


def _text(root: ET.Element, where: str) -> str:
    return " ".join((root.findtext(where) or "").split())[:80]


def _space(root: ET.Element, where: str) -> Space | None:
    space = root.find(where)
    if space is None:
        return None
    x, y, z = (int(space.findtext(f"matrixSize/{axis}") or 1) for axis in "xyz")
    sizes = [float(space.findtext(f"fieldOfView_mm/{axis}") or math.nan) for axis in "xyz"]
    height, width, depth = (1e-3 * size for size in sizes)
    if not all(1 <= n <= _LARGEST_MATRIX for n in (x, y, z)):
        raise ReadError(f"The header declares a matrix of {x} × {y} × {z}.", hint=DAMAGED)
    if not all(0 < size < math.inf for size in (height, width)):
        return None
    return Space((x, y, z), (height, width, depth))


def _limits(root: ET.Element) -> Iterator[tuple[str, Limits]]:
    for element in root.iterfind("encoding[1]/encodingLimits/*"):
        numbers = [int(element.findtext(name) or 0) for name in ("minimum", "maximum", "center")]
        yield element.tag, Limits(*numbers)


def _noise_bandwidth(root: ET.Element) -> float:
    word = _text(root, "acquisitionSystemInformation/relativeReceiverNoiseBandwidth")
    value = float(word or 1)
    return value if 0 < value < math.inf else 1.0


def _facts(root: ET.Element) -> Iterator[tuple[str, str]]:
    for name, where, unit in _FACTS:
        word = _text(root, where)
        if word:
            yield name, f"{_number(word)} {unit}".rstrip() if unit else word
    acceleration = _text(root, _ACCELERATION)
    if acceleration not in ("", "1"):
        mode = _text(root, _CALIBRATION)
        yield "Acceleration", f"{acceleration} ({mode} calibration)" if mode else acceleration


def _number(word: str) -> str:
    try:
        return f"{float(word):.4g}"
    except ValueError:
        return word
