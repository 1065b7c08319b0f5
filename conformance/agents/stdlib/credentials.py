"""Who is at the other end, as each system tells it. Only Linux was tried; the others follow their headers."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "credentials of a socket's peer are POSIX"

import _socket
import struct

from .failures import Failure

# sys/un.h and sys/socket.h of each system; Python names only SO_PEERCRED, and not always (PyPy).
SOL_LOCAL = 0
LOCAL_PEERCRED = 1
MACOS_LOCAL_PEERPID = 2
NETBSD_LOCAL_PEEREID = 3
LINUX_SO_PEERCRED = getattr(_socket, "SO_PEERCRED", 17)
OPENBSD_SO_PEERCRED = 0x1022
XUCRED_GROUPS = 16
# xucred: version, uid, number of groups, groups; FreeBSD 13 put the pid into what was a pointer's place.
XUCRED = f"@IIh{XUCRED_GROUPS}I"
XUCRED_PID = f"@IIh{XUCRED_GROUPS}IP"


def peer_credentials(sock: _socket.socket) -> dict[str, int]:
    system = sys.platform
    if system in ("linux", "android"):
        pid, uid, gid = _ask(sock, _socket.SOL_SOCKET, LINUX_SO_PEERCRED, "iII")
        return _known(pid, uid, gid)
    if system == "darwin":
        _, uid, _, gid, *_ = _ask(sock, SOL_LOCAL, LOCAL_PEERCRED, XUCRED)
        (pid,) = _ask(sock, SOL_LOCAL, MACOS_LOCAL_PEERPID, "i")
        return _known(pid, uid, gid)
    if system.startswith("openbsd"):
        uid, gid, pid = _ask(sock, _socket.SOL_SOCKET, OPENBSD_SO_PEERCRED, "IIi")
        return _known(pid, uid, gid)
    if system.startswith("netbsd"):
        pid, uid, gid = _ask(sock, SOL_LOCAL, NETBSD_LOCAL_PEEREID, "iII")
        return _known(pid, uid, gid)
    if system.startswith(("freebsd", "dragonfly")):
        values = _ask(sock, SOL_LOCAL, LOCAL_PEERCRED, XUCRED_PID)
        return _known(values[-1] if system.startswith("freebsd") else 0, values[1], values[3])
    raise Failure("unsupported", f"no way known to ask {system} for the peer's credentials")


def _ask(sock: _socket.socket, level: int, option: int, layout: str) -> tuple[int, ...]:
    size = struct.calcsize(layout)
    answer = sock.getsockopt(level, option, size)
    if len(answer) < size:
        raise Failure("other", f"the system gave {len(answer)} bytes of credentials, not {size}")
    return struct.unpack(layout, answer)


def _known(pid: int, uid: int, gid: int) -> dict[str, int]:
    """A pid of 0 is one that cannot be named here: that of a process outside this pid namespace, say (unix(7))."""
    found = {"uid": uid, "gid": gid}
    if pid:
        found["pid"] = pid
    return found
