"""What a witness can do besides: directories, permissions and signals, for a harness that may be on another machine."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "modes, links and signals are POSIX"

import os
import stat

from .failures import Failure
from .handles import reset
from .listening import bind_only
from .transfer import CHUNK
from .values import count, flag, missing, number, raw_text, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .session import Args, Later, Operation, Reply, Session

# /tmp before TMPDIR: a socket's path has to be short, and macOS's TMPDIR uses up half of it.
PLACES = ("/tmp", "/data/local/tmp")
PREFIX = b"ipc-"
WORKSPACE_MODE = 0o711
TYPES = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFSOCK: "socket",
    stat.S_IFIFO: "fifo",
    stat.S_IFLNK: "symlink",
}
SIGNALS = ("USR1", "STOP", "CONT", "TERM", "KILL")


_made: set[bytes] = set()


def _path(args: Args, key: str = "path") -> bytes:
    if key not in args:
        raise missing(key)
    path = raw_text(args[key])
    if b"\0" in path or not path:
        raise Failure("invalid_name", f"{key!r} is empty or holds a NUL byte")
    return path


def make_workspace(_session: Session, _args: Args) -> Reply:
    for place in (*PLACES, os.environ.get("TMPDIR", "")):
        if not os.path.isdir(place) or not os.access(place, os.W_OK | os.X_OK):
            continue
        while True:
            path = f"{place}/{PREFIX.decode()}{os.urandom(5).hex()}"
            try:
                os.mkdir(path, 0o700)
            except FileExistsError:
                continue
            os.chmod(path, WORKSPACE_MODE)
            _made.add(os.fsencode(path))
            return {"path": path}
    raise Failure("not_found", "no directory to make a workspace in; set TMPDIR to one that is writable")


def remove_workspace(_session: Session, args: Args) -> Reply:
    path = _path(args)
    found = os.lstat(path)
    if not os.path.basename(path).startswith(PREFIX) or not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Failure("invalid_input", f"{os.fsdecode(path)} is not a workspace that make_workspace made")
    left = sorted(os.listdir(path))
    _remove_tree(path)
    _made.discard(path)
    return {"left": [_shown(name) for name in left]}


def remove_what_is_left() -> None:
    """A harness that was killed cannot ask for its workspaces to be removed; the end of input tells as much."""
    for path in _made:
        try:
            _remove_tree(path)
        except OSError as problem:
            os.write(2, f"{os.fsdecode(path)} cannot be removed: {problem}\n".encode())


def _remove_tree(path: bytes) -> None:
    os.chmod(path, 0o700)
    for entry in os.scandir(path):
        if entry.is_dir(follow_symlinks=False):
            _remove_tree(entry.path)
        else:
            os.unlink(entry.path)
    os.rmdir(path)


def stat_path(_session: Session, args: Args) -> Reply:
    try:
        found = os.stat(_path(args), follow_symlinks=flag(args, "follow", False))
    except FileNotFoundError:
        return {"type": "none"}
    return {
        "type": TYPES.get(stat.S_IFMT(found.st_mode), "other"),
        "mode": stat.S_IMODE(found.st_mode),
        "size": found.st_size,
        "inode": found.st_ino,
    }


def list_names(_session: Session, args: Args) -> Reply:
    return {"names": [_shown(name) for name in sorted(os.listdir(_path(args)))]}


def write_file(_session: Session, args: Args) -> Reply:
    with open(_path(args), "wb") as file:
        file.write(text(args, "text").encode("utf-8"))
    return {}


def read_file(_session: Session, args: Args) -> Reply:
    with open(_path(args), "rb") as file:
        return {"text": file.read().decode("utf-8", "replace")}


def make_directory(_session: Session, args: Args) -> Reply:
    """The mode is exact, whatever the umask."""
    path = _path(args)
    os.mkdir(path, 0o700)
    os.chmod(path, count(args, "mode", 0o755))
    return {}


def remove(_session: Session, args: Args) -> Reply:
    path = _path(args)
    if stat.S_ISDIR(os.lstat(path).st_mode):
        os.rmdir(path)
    else:
        os.unlink(path)
    return {}


def chmod(_session: Session, args: Args) -> Reply:
    os.chmod(_path(args), count(args, "mode"))
    return {}


def rename(_session: Session, args: Args) -> Reply:
    os.rename(_path(args), _path(args, "to"))
    return {}


def link(_session: Session, args: Args) -> Reply:
    os.link(_path(args), _path(args, "to"))
    return {}


def symlink(_session: Session, args: Args) -> Reply:
    os.symlink(_path(args), _path(args, "to"))
    return {}


def signal_process(_session: Session, args: Args) -> Reply:
    import signal

    pid, name = number(args, "pid"), text(args, "signal")
    if pid <= 1:
        raise Failure("invalid_input", f"{pid} is not a process of ours")
    if name not in SIGNALS:
        raise Failure("invalid_input", f"signal is one of {', '.join(SIGNALS)}, not {name!r}")
    os.kill(pid, getattr(signal, "SIG" + name))
    return {}


def _shown(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def flood(session: Session, args: Args) -> Later:
    endpoint = session.endpoint(args, "on")
    chunk = memoryview(bytes(CHUNK))
    sent = 0
    yield
    try:
        while True:
            sent += endpoint.block_send(chunk)
    except ConnectionError:
        return {"sent": sent}


OPERATIONS: dict[str, Operation] = {
    "make_workspace": make_workspace,
    "remove_workspace": remove_workspace,
    "stat": stat_path,
    "list": list_names,
    "write_file": write_file,
    "read_file": read_file,
    "make_directory": make_directory,
    "remove": remove,
    "chmod": chmod,
    "rename": rename,
    "link": link,
    "symlink": symlink,
    "bind_only": bind_only,
    "flood": flood,
    "signal": signal_process,
    "reset": reset,
}
