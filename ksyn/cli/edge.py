"""The edge of the program: every exception becomes a message and an exit status."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import ParamSpec

import typer

from ksyn.errors import KsynError

MENDABLE, BUG, INTERRUPTED = 1, 3, 130

P = ParamSpec("P")


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Return the command with its errors told and turned into an exit status."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except typer.Exit:
            raise
        except KsynError as error:
            _tell(error.message, error.hint)
            sys.exit(MENDABLE)
        except KeyboardInterrupt:
            _tell("Interrupted.")
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            # The reader of stdout has gone (`| head`); Python would complain at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except Exception as error:
            _tell(
                f"{type(error).__name__}: {error}",
                "This is a bug. Set KSYN_TRACEBACK=1, run again, and report what is shown.",
            )
            sys.exit(BUG)

    return run


def _tell(message: str, hint: str = "") -> None:
    """Write what went wrong to stderr."""
    if os.environ.get("KSYN_TRACEBACK"):
        traceback.print_exc()
    typer.secho(message, fg="red", err=True)
    if hint:
        typer.echo(hint, err=True)
