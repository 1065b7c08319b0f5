"""Naming rules of every platform; they are pure, so all are tested on all."""

from __future__ import annotations

import os
import pathlib
import sys

import pytest

from ipc import errors, names
from ipc.names import AbstractName, NamespacedName, PathName, unix_address, windows_pipe_path

LINUX, BSD = "linux", "freebsd14"


@pytest.mark.parametrize("kind", [PathName, AbstractName, NamespacedName])
@pytest.mark.parametrize("empty", ["", b""])
def test_an_empty_name_is_refused(kind: type[PathName | AbstractName | NamespacedName], empty: str | bytes) -> None:
    with pytest.raises(errors.InvalidName):
        kind(empty)


@pytest.mark.parametrize("kind", [PathName, NamespacedName])
@pytest.mark.parametrize("name", ["a\0b", "a\0", b"\0a"])
def test_a_nul_byte_inside_is_refused(kind: type[PathName | NamespacedName], name: str | bytes) -> None:
    with pytest.raises(errors.InvalidName):
        kind(name)


def test_every_byte_of_an_abstract_name_counts() -> None:
    addresses = {unix_address(AbstractName(raw), LINUX) for raw in (b"x", b"x\0", b"\0x", b"a\0b")}
    assert addresses == {b"\0x", b"\0x\0", b"\0\0x", b"\0a\0b"}


@pytest.mark.parametrize(("platform", "longest"), [(LINUX, 107), ("android", 107), (BSD, 103), ("darwin", 103)])
def test_a_path_has_room_for_all_but_the_terminator(platform: str, longest: int) -> None:
    assert unix_address(PathName("p" * longest), platform) == b"p" * longest
    with pytest.raises(errors.NameTooLong):
        unix_address(PathName("p" * (longest + 1)), platform)


def test_the_limit_counts_bytes_and_not_characters() -> None:
    assert unix_address(PathName(b"\xc3\xa9" * 53), LINUX)
    with pytest.raises(errors.NameTooLong):
        unix_address(PathName(b"\xc3\xa9" * 54), LINUX)


def test_an_abstract_name_has_room_for_107_bytes() -> None:
    assert unix_address(AbstractName(b"n" * 107), LINUX) == b"\0" + b"n" * 107
    with pytest.raises(errors.NameTooLong):
        unix_address(AbstractName(b"n" * 108), LINUX)


def test_abstract_names_exist_on_linux_only() -> None:
    with pytest.raises(errors.Unsupported):
        unix_address(AbstractName("n"), "darwin")
    with pytest.raises(errors.Unsupported):
        windows_pipe_path(AbstractName("n"))


def test_a_namespaced_name_is_abstract_on_linux_and_a_file_elsewhere() -> None:
    name = NamespacedName("example.sock")

    assert unix_address(name, LINUX) == b"\0example.sock"
    assert unix_address(name, BSD) == b"/tmp/example.sock"
    assert windows_pipe_path(name) == r"\\.\pipe\example.sock"


def test_a_namespaced_name_cannot_leave_its_directory() -> None:
    found = [unix_address(NamespacedName(text), BSD) for text in ("../etc/x", "a%2Fb", "..", ".", "a.b")]
    assert found == [b"/tmp/..%2Fetc%2Fx", b"/tmp/a%252Fb", b"/tmp/%2E%2E", b"/tmp/%2E", b"/tmp/a.b"]


def test_a_namespaced_name_too_long_for_its_directory_is_refused() -> None:
    assert unix_address(NamespacedName("n" * 98), BSD)
    with pytest.raises(errors.NameTooLong):
        unix_address(NamespacedName("n" * 99), BSD)


def test_text_of_a_namespaced_name_is_utf8_whatever_the_locale() -> None:
    assert NamespacedName("é").raw == AbstractName("é").raw == b"\xc3\xa9"


def test_a_path_may_come_in_any_form_that_python_has() -> None:
    forms = [PathName("/a/b"), PathName(b"/a/b"), PathName(pathlib.PurePosixPath("/a/b"))]

    assert len(set(forms)) == 1
    assert names.to_name("/a/b") == forms[0]
    assert names.to_name(forms[0]) is forms[0]


@pytest.mark.skipif(
    sys.platform == "win32", reason="not run: paths on Windows are text, of which no byte is undecodable"
)
def test_undecodable_bytes_are_those_of_the_file_system() -> None:
    raw = b"/tmp/\xff\xfe"

    assert PathName(os.fsdecode(raw)).raw == raw


def test_undecodable_bytes_are_shown_and_reach_the_address() -> None:
    raw = b"/tmp/\xff\xfe"

    assert repr(PathName(raw)) == r"PathName('/tmp/\udcff\udcfe')"
    assert unix_address(PathName(raw), LINUX) == raw


def test_names_of_different_kinds_are_different() -> None:
    assert PathName("x") != AbstractName("x")
    assert hash(PathName("x")) == hash(PathName(b"x"))


def test_a_name_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        PathName("x").raw = b"y"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("path", [r"\\.\pipe\name", r"\\host\pipe\name", r"\\.\PIPE\with\backslash"])
def test_windows_takes_pipe_paths_as_they_are(path: str) -> None:
    assert windows_pipe_path(PathName(path)) == path


@pytest.mark.parametrize("path", [r"C:\x\y.sock", r"\\.\pipe", "\\\\.\\pipe\\", r"\.\pipe\x", "name", r"\\\pipe\x"])
def test_windows_refuses_what_is_no_pipe_path(path: str) -> None:
    with pytest.raises(errors.InvalidName):
        windows_pipe_path(PathName(path))


def test_windows_has_room_for_256_characters() -> None:
    prefix = len(names.WINDOWS_PREFIX)

    assert len(windows_pipe_path(NamespacedName("é" * (256 - prefix)))) == 256
    with pytest.raises(errors.NameTooLong):
        windows_pipe_path(NamespacedName("n" * (257 - prefix)))


def test_windows_refuses_bytes_that_are_no_text() -> None:
    with pytest.raises(errors.InvalidName):
        windows_pipe_path(NamespacedName(b"\xff"))
