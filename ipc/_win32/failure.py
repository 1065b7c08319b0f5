"""Failures of Windows' calls, in portable words."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

import ctypes

from ipc.errors import IpcError, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def failure(code: int, doing: str, subject: object, special: Mapping[int, type[IpcError]] | None = None) -> IpcError:
    """The error `code` of winerror.h, met while `doing` something to `subject`."""
    return describe(ctypes.WinError(code), doing, subject, special)


def last_failure(doing: str, subject: object) -> IpcError:
    """The error of the call just made."""
    return failure(ctypes.get_last_error(), doing, subject)
