"""Errors: portable kinds over native codes, and the built-in exceptions that users try first."""

from __future__ import annotations

import errno
import pickle

import pytest

from ipc import errors
from ipc.errors import IpcError, describe


class OfWindows(OSError):
    """What OSError is on Windows."""

    winerror: int


def every_kind() -> list[type[IpcError]]:
    return [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, IpcError)]


def test_no_two_kinds_share_a_word() -> None:
    words = [kind.kind for kind in every_kind() if kind is not errors.Other]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(
    ("code", "kind", "builtin"),
    [
        (errno.ENOENT, errors.NotFound, FileNotFoundError),
        (errno.ECONNREFUSED, errors.Refused, ConnectionRefusedError),
        (errno.EAGAIN, errors.WouldBlock, BlockingIOError),
        (errno.EPIPE, errors.BrokenPipe, BrokenPipeError),
        (errno.ECONNRESET, errors.ConnectionReset, ConnectionResetError),
        (errno.EACCES, errors.PermissionDenied, PermissionError),
        (errno.ETIMEDOUT, errors.TimedOut, TimeoutError),
        (errno.ENOTDIR, errors.NotADirectory, NotADirectoryError),
        (errno.EEXIST, errors.AlreadyExists, FileExistsError),
        (errno.EINVAL, errors.InvalidInput, ValueError),
        (errno.EADDRINUSE, errors.InUse, OSError),
        (errno.ENXIO, errors.NoPeer, OSError),
        (errno.EMFILE, errors.Exhausted, OSError),
        (errno.ENOTSOCK, errors.WrongType, OSError),
    ],
)
def test_a_native_code_becomes_its_kind_and_stays_readable(
    code: int, kind: type[IpcError], builtin: type[Exception]
) -> None:
    described = describe(OSError(code, "native words"), "reach", "the moon")

    assert type(described) is kind
    assert isinstance(described, builtin)
    assert described.errno == code
    assert "cannot reach the moon" in str(described)
    assert errno.errorcode[code] in str(described)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (2, errors.NotFound),
        (5, errors.PermissionDenied),
        (109, errors.BrokenPipe),
        (231, errors.Busy),
        (232, errors.BrokenPipe),
        (234, errors.MoreData),
        (31, errors.Other),
    ],
)
def test_a_code_of_windows_becomes_its_kind(code: int, kind: type[IpcError]) -> None:
    native = OfWindows(None, "native words")
    native.winerror = code

    assert type(describe(native, "reach", "the moon")) is kind


def test_an_unlisted_code_is_other_and_keeps_the_systems_words() -> None:
    described = describe(OSError(errno.EXDEV, "Invalid cross-device link"), "move", "it")

    assert type(described) is errors.Other
    assert described.errno == errno.EXDEV
    assert "cross-device" in str(described)


def test_an_operation_can_override_the_kind_of_a_code() -> None:
    described = describe(OSError(errno.EEXIST, ""), "bind", "it", {errno.EEXIST: errors.InUse})
    assert type(described) is errors.InUse


def test_an_error_that_is_described_already_is_not_wrapped_again() -> None:
    first = describe(OSError(errno.EPIPE, ""), "send to", "a")
    assert describe(first, "send to", "b") is first


def test_an_error_survives_pickling() -> None:
    copy = pickle.loads(pickle.dumps(describe(OSError(errno.ENOENT, ""), "connect to", "x")))

    assert type(copy) is errors.NotFound
    assert copy.errno == errno.ENOENT


def test_the_end_of_a_stream_in_the_middle_is_an_eof_error() -> None:
    assert issubclass(errors.UnexpectedEof, EOFError)
    assert errors.UnexpectedEof.kind == "end"
