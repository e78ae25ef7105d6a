"""What can go wrong that a user can mend.

KsynError
├── ReadError      a file cannot be read, or does not hold what it should
├── WriteError     a result cannot be written
├── ShapeError     two things do not fit each other
├── OptionError    a name or a value that is not on offer
├── WeightsError   weights are missing, damaged, or made for another network
├── DeviceError    the wished device is not there, or is out of memory
└── MissingError   an optional package is not installed

Anything else that is raised is a bug.
"""


class KsynError(Exception):
    """Say what is wrong (with the values) and, in the hint, what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class ReadError(KsynError):
    """A file cannot be read, or does not hold what it should."""


class WriteError(KsynError):
    """A result cannot be written."""


class ShapeError(KsynError):
    """Two things do not fit each other."""


class OptionError(KsynError):
    """A name or a value is not on offer."""


class WeightsError(KsynError):
    """Weights are missing, damaged, or made for another network."""


class DeviceError(KsynError):
    """The wished device is not there, or has no memory left."""


class MissingError(KsynError):
    """An optional package is not installed."""
