"""Who is at the other end: each system's question, and how its answer is laid out.

The parsers are plain functions of bytes, so that every layout is tested on every platform.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

import errno
import socket
import struct

from ipc._posix.constants import LINUX, SOL_LOCAL
from ipc._posix.socket_end import socket_end
from ipc.errors import Unsupported
from ipc.types import PeerCredentials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc import types

# asm-generic/socket.h; the same on x86, arm, riscv, s390 and powerpc for SO_PEERGROUPS.
_LINUX_SO_PEERCRED: int = getattr(socket, "SO_PEERCRED", 17)
_LINUX_SO_PEERGROUPS = 59
_DARWIN_LOCAL_PEERCRED, _DARWIN_LOCAL_PEERPID = 1, 2  # sys/un.h
_FREEBSD_LOCAL_PEERCRED = 1  # sys/un.h
_OPENBSD_SO_PEERCRED = 0x1022  # sys/socket.h
_NETBSD_LOCAL_PEEREID = 3  # sys/un.h

_GROUPS = 16  # XU_NGROUPS
_MOST_GROUPS = 65_536  # NGROUPS_MAX of Linux


def peer_credentials(end: types.End) -> PeerCredentials:
    """Ask the system."""
    connection = socket_end(end, "ask for credentials on")
    try:
        return _ask(connection.socket_for("ask for credentials"))
    except OSError as error:
        raise connection.explain(error, "get the peer credentials of") from None


def _ask(sock: socket.socket) -> PeerCredentials:
    platform = sys.platform
    if LINUX:
        return _ask_linux(sock)
    if platform in ("darwin", "ios"):
        answer = sock.getsockopt(SOL_LOCAL, _DARWIN_LOCAL_PEERCRED, 256)
        return parse_xucred(answer, _darwin_pid(sock))
    if platform.startswith(("freebsd", "dragonfly")):
        answer = sock.getsockopt(SOL_LOCAL, _FREEBSD_LOCAL_PEERCRED, 256)
        return parse_xucred(answer, parse_xucred_pid(answer))
    if platform.startswith("openbsd"):
        return parse_sockpeercred(sock.getsockopt(socket.SOL_SOCKET, _OPENBSD_SO_PEERCRED, 12))
    if platform.startswith("netbsd"):
        return parse_unpcbid(sock.getsockopt(SOL_LOCAL, _NETBSD_LOCAL_PEEREID, 12))
    raise Unsupported(None, f"peer_credentials: not known how to ask {platform}")


def parse_ucred(answer: bytes, groups: tuple[int, ...] | None = None) -> PeerCredentials:
    """Linux, unix(7): struct ucred {pid, uid, gid}. Pid 0: a process outside of our namespace."""
    pid, uid, gid = struct.unpack("iII", answer)
    return PeerCredentials(pid or None, uid, gid, groups)


def parse_sockpeercred(answer: bytes) -> PeerCredentials:
    """OpenBSD, getsockopt(2): struct sockpeercred {uid, gid, pid}."""
    uid, gid, pid = struct.unpack("IIi", answer)
    return PeerCredentials(pid or None, uid, gid, None)


def parse_unpcbid(answer: bytes) -> PeerCredentials:
    """NetBSD, unix(4): struct unpcbid {pid, euid, egid}."""
    pid, uid, gid = struct.unpack("iII", answer)
    return PeerCredentials(pid or None, uid, gid, None)


def parse_xucred(answer: bytes, pid: int | None) -> PeerCredentials:
    """macOS, FreeBSD, DragonFly: struct xucred {version, uid, ngroups, groups[16], ...}; groups[0] is the egid."""
    version, uid, count = struct.unpack_from("IIh", answer)
    if version != 0:
        raise Unsupported(None, f"peer_credentials: struct xucred of version {version}, and only 0 is known")
    groups = struct.unpack_from(f"{min(max(count, 0), _GROUPS)}I", answer, 12)
    return PeerCredentials(pid, uid, groups[0] if groups else None, groups[1:])


def parse_xucred_pid(answer: bytes) -> int | None:
    """FreeBSD 13 and later put the pid into the spare pointer at the end of struct xucred."""
    offset = -(-(12 + 4 * _GROUPS) // struct.calcsize("P")) * struct.calcsize("P")
    if len(answer) < offset + struct.calcsize("P"):
        return None
    pid: int = struct.unpack_from("i", answer, offset)[0]
    return pid or None


def _ask_linux(sock: socket.socket) -> PeerCredentials:
    answer = sock.getsockopt(socket.SOL_SOCKET, _LINUX_SO_PEERCRED, 12)
    room = 256
    while True:
        try:
            groups = sock.getsockopt(socket.SOL_SOCKET, _LINUX_SO_PEERGROUPS, room)
        except OSError as error:
            if error.errno != errno.ERANGE or room >= 4 * _MOST_GROUPS:
                # Before Linux 4.13, and in some emulations, the option does not exist.
                return parse_ucred(answer)
            room *= 4
            continue
        return parse_ucred(answer, struct.unpack(f"{len(groups) // 4}I", groups))


def _darwin_pid(sock: socket.socket) -> int | None:
    # The process that used the socket last, and gone with it: macOS has no better.
    try:
        return sock.getsockopt(SOL_LOCAL, _DARWIN_LOCAL_PEERPID) or None
    except OSError:
        return None
