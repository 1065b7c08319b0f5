"""Directories, files and processes, for a harness that may be on another machine."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this agent is for Windows"

import os
import shutil
import signal
import stat
import tempfile

from ..stdlib.failures import Failure
from ..stdlib.values import missing, number, raw_text, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Args = dict[str, object]
    Reply = dict[str, object]

PREFIX = "ipc-"
TYPES = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink"}
_made: set[str] = set()


def _path(args: Args, key: str = "path") -> str:
    if key not in args:
        raise missing(key)
    path = raw_text(args[key]).decode("utf-8", "surrogateescape")
    if "\0" in path or not path:
        raise Failure("invalid_name", f"{key!r} is empty or holds a NUL character")
    return path


def make_workspace(_args: Args) -> Reply:
    # With forward slashes, which Windows takes as well, so that names can be appended on any machine.
    path = tempfile.mkdtemp(prefix=PREFIX).replace("\\", "/")
    _made.add(path)
    return {"path": path}


def remove_workspace(args: Args) -> Reply:
    path = _path(args)
    if path not in _made:
        raise Failure("invalid_input", f"{path} is not a workspace that make_workspace made")
    left = sorted(os.listdir(path))
    shutil.rmtree(path)
    _made.discard(path)
    return {"left": left}


def remove_what_is_left() -> None:
    """A harness that was killed cannot ask for its workspaces to be removed; the end of input tells as much."""
    for path in _made:
        shutil.rmtree(path, ignore_errors=True)


def stat_path(args: Args) -> Reply:
    try:
        found = os.stat(_path(args), follow_symlinks=bool(args.get("follow", False)))
    except FileNotFoundError:
        return {"type": "none"}
    return {
        "type": TYPES.get(stat.S_IFMT(found.st_mode), "other"),
        "mode": stat.S_IMODE(found.st_mode),
        "size": found.st_size,
        "inode": found.st_ino,
    }


def list_names(args: Args) -> Reply:
    return {"names": sorted(os.listdir(_path(args)))}


def write_file(args: Args) -> Reply:
    with open(_path(args), "wb") as file:
        file.write(text(args, "text").encode("utf-8"))
    return {}


def read_file(args: Args) -> Reply:
    with open(_path(args), "rb") as file:
        return {"text": file.read().decode("utf-8", "replace")}


def make_directory(args: Args) -> Reply:
    os.mkdir(_path(args))
    return {}


def remove(args: Args) -> Reply:
    path = _path(args)
    if os.path.isdir(path):
        os.rmdir(path)
    else:
        os.unlink(path)
    return {}


def rename(args: Args) -> Reply:
    os.rename(_path(args), _path(args, "to"))
    return {}


def end_process(args: Args) -> Reply:
    """Windows has TerminateProcess, and nothing that would stop, continue or ask a process."""
    pid, name = number(args, "pid"), text(args, "signal")
    if name not in ("TERM", "KILL"):
        raise Failure("unsupported", f"Windows has nothing like the signal {name!r}")
    os.kill(pid, signal.SIGTERM)
    return {}


OPERATIONS: dict[str, Callable[[Args], Reply]] = {
    "make_workspace": make_workspace,
    "remove_workspace": remove_workspace,
    "stat": stat_path,
    "list": list_names,
    "write_file": write_file,
    "read_file": read_file,
    "make_directory": make_directory,
    "remove": remove,
    "rename": rename,
    "signal": end_process,
}
