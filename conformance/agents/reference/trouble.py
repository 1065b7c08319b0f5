"""Failures as data: what the implementation raised, in the words of the protocol."""

from __future__ import annotations

import errno

from ipc.errors import BY_ERRNO, IpcError, Other

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .wire import Reply


class Refused(Exception):
    """The agent itself declines; the implementation was not asked."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Incomplete(Exception):
    """`error` ended an operation that had got somewhere; `progress` says how far."""

    def __init__(self, error: Exception, progress: Reply) -> None:
        super().__init__(str(error))
        self.error = error
        self.progress = progress


def to_error(problem: BaseException) -> Reply:
    """The `error` of a reply."""
    match problem:
        case Incomplete():
            return {**to_error(problem.error), **problem.progress}
        case Refused():
            return {"kind": problem.kind, "native": None, "code": None, "message": str(problem)}
        case IpcError():
            error = _native(problem.kind, problem)
            if problem.sent is not None:
                error["sent"] = problem.sent
            return error
        case OSError():
            # Of the agent's own doing: the implementation raises nothing but its own kinds.
            return _native(BY_ERRNO.get(problem.errno or 0, Other).kind, problem)
        case _:
            return {
                "kind": "other",
                "native": None,
                "code": None,
                "message": f"{type(problem).__name__}: {problem}",
            }


def _native(kind: str, problem: OSError) -> Reply:
    winerror: int | None = getattr(problem, "winerror", None)
    code = problem.errno if winerror is None else winerror
    native = errno.errorcode.get(code) if code is not None else None
    return {
        "kind": kind,
        "native": native if winerror is None else f"WinError {winerror}",
        "code": code,
        "message": str(problem),
    }
