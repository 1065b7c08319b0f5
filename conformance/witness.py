"""Typed calls on the witness, the agent that the harness trusts: files, permissions, signals, raw endpoints."""

from __future__ import annotations

from typing import Literal

from conformance import shape
from conformance.party import End, Name, Party, Result, Stat, nothing, whole

_FILE_OPERATIONS = ("stat", "list", "write_file", "read_file", "remove", "chmod", "rename", "link", "symlink")
OPERATIONS = frozenset(
    (*_FILE_OPERATIONS, "make_directory", "make_workspace", "remove_workspace", "flood", "signal", "reset")
)


class Witness(Party):
    """The harness's own party; what it sees at a path is believed."""

    def make_workspace(self) -> str:
        """A new private directory with a short path."""
        return self.call("make_workspace", {}, lambda value, ms: _text(value, "path"))

    def stat(self, path: str | Name, *, follow: bool = False) -> Stat:
        """What is at a path."""
        return self.call("stat", {"path": _path(path), "follow": follow}, _stat)

    def list(self, path: str) -> tuple[str, ...]:
        """The names in a directory, sorted."""
        return self.call("list", {"path": path}, _names)

    def write_file(self, path: str | Name, text: str) -> None:
        """Make a regular file."""
        self.call("write_file", {"path": _path(path), "text": text}, nothing)

    def read_file(self, path: str | Name) -> str:
        """The text of a regular file."""
        return self.call("read_file", {"path": _path(path)}, lambda value, ms: _text(value, "text"))

    def make_directory(self, path: str, mode: int = 0o755) -> None:
        """Make a directory with exactly these permission bits."""
        self.call("make_directory", {"path": path, "mode": mode}, nothing)

    def remove(self, path: str | Name) -> None:
        """Remove a file, socket file, FIFO, link or empty directory."""
        self.call("remove", {"path": _path(path)}, nothing)

    def chmod(self, path: str | Name, mode: int) -> None:
        """Set permission bits."""
        self.call("chmod", {"path": _path(path), "mode": mode}, nothing)

    def rename(self, path: str | Name, to: str | Name) -> None:
        """Rename."""
        self.call("rename", {"path": _path(path), "to": _path(to)}, nothing)

    def link(self, path: str | Name, to: str | Name) -> None:
        """Make `to` a hard link to `path`."""
        self.call("link", {"path": _path(path), "to": _path(to)}, nothing)

    def symlink(self, path: str | Name, to: str | Name) -> None:
        """Make `to` a symbolic link to `path`."""
        self.call("symlink", {"path": _path(path), "to": _path(to)}, nothing)

    def bind_only(self, name: Name) -> End:
        """A socket that is bound to the name and does not listen."""
        return self._make("bind_only", {"name": name.wire()})

    def flood(self, end: End) -> int:
        """Send without end, until nobody can receive it any more; how many bytes that were."""
        return self.call("flood", {"on": end.handle}, lambda value, ms: whole(value, "sent"))

    def signal(self, pid: int, signal: Literal["USR1", "STOP", "CONT", "TERM", "KILL"]) -> None:
        """Send a signal to a process."""
        self.call("signal", {"pid": pid, "signal": signal}, nothing)


def _path(path: str | Name) -> object:
    if isinstance(path, str):
        return path
    wire = path.wire()
    return wire["text"] if "text" in wire else {"base64": wire["base64"]}


def _text(value: Result, key: str) -> str:
    text = value[key]
    if not isinstance(text, str):
        raise TypeError(f"{key} is to be a text, not {text!r}")
    return text


def _names(value: Result, _elapsed_ms: float) -> tuple[str, ...]:
    names = shape.texts(value["names"])
    if names is None:
        raise TypeError("names is to be a list of texts")
    return names


def _stat(value: Result, _elapsed_ms: float) -> Stat:
    kind = _text(value, "type")
    if kind == "none":
        return Stat(kind, 0, 0, 0)
    return Stat(kind, whole(value, "mode"), whole(value, "size"), whole(value, "inode"))
