"""What can go wrong, as the portable kinds of the protocol."""

from __future__ import annotations

import errno

KINDS: dict[int, str] = {
    code: kind
    for kind, names in {
        "not_found": "ENOENT ESRCH",
        "refused": "ECONNREFUSED",
        "in_use": "EADDRINUSE",
        "already_exists": "EEXIST ENOTEMPTY",
        "permission_denied": "EACCES EPERM",
        "timed_out": "ETIMEDOUT",
        "would_block": "EAGAIN EWOULDBLOCK EINPROGRESS EALREADY",
        "broken_pipe": "EPIPE",
        "reset": "ECONNRESET",
        "aborted": "ECONNABORTED",
        "not_connected": "ENOTCONN EDESTADDRREQ",
        "already_connected": "EISCONN",
        "no_peer": "ENXIO",
        "name_too_long": "ENAMETOOLONG",
        "invalid_name": "EILSEQ",
        "not_a_directory": "ENOTDIR",
        "is_directory": "EISDIR",
        "loop": "ELOOP",
        "read_only": "EROFS",
        "invalid_input": "EINVAL EDOM",
        "invalid_handle": "EBADF",
        "wrong_type": "ENOTSOCK EPROTOTYPE ESPIPE ENOTTY",
        "unsupported": "EOPNOTSUPP ENOTSUP EPROTONOSUPPORT EAFNOSUPPORT ENOPROTOOPT ENOSYS",
        "message_too_long": "EMSGSIZE",
        "busy": "EBUSY ETXTBSY",
        "interrupted": "EINTR",
        "cancelled": "ECANCELED",
        "exhausted": "EMFILE ENFILE ENOBUFS ENOMEM ENOSPC EDQUOT ETOOMANYREFS",
    }.items()
    for name in names.split()
    if (code := getattr(errno, name, None)) is not None
}


class Failure(Exception):
    """A refusal of this agent's own (no `cause`), or an error of the system whose kind only the operation knows."""

    def __init__(self, kind: str, message: str, cause: OSError | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.cause = cause


class Partly(Exception):
    """`cause` ended an operation that had already done some of its work, which `extra` describes."""

    def __init__(self, cause: Exception, extra: dict[str, object]) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.extra = extra


def describe(problem: BaseException) -> dict[str, object]:
    """The `error` object for `problem`."""
    if isinstance(problem, Partly):
        return {**describe(problem.cause), **problem.extra}
    if isinstance(problem, Failure):
        return _error(problem.kind, problem.cause, str(problem))
    if isinstance(problem, OSError):
        # CPython checks some things before the kernel sees them, and then leaves errno empty.
        return _error(KINDS.get(problem.errno or 0, "other"), problem, str(problem))
    if isinstance(problem, (LookupError, TypeError, ValueError, OverflowError)):
        return _error("invalid_input", None, f"{type(problem).__name__}: {problem}")
    if isinstance(problem, MemoryError):
        return _error("exhausted", None, "out of memory")
    return _error("other", None, f"{type(problem).__name__}: {problem}")


def _error(kind: str, cause: OSError | None, message: str) -> dict[str, object]:
    code = cause.errno if cause is not None else None
    native = errno.errorcode.get(code) if code is not None else None
    return {"kind": kind, "native": native, "code": code, "message": message}
