"""The floor below the harness: a warm parent forks two small agents a case and exchanges eight messages with them.

usage: plain_loop.py CASES DIRECTORY
Prints the seconds that it took. No evidence, no verdict, no deadline, no supervision: what a loop pays that only
isolates its cases from each other.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping

assert sys.platform != "win32", "the floors fork, which Windows cannot"

Arguments = Mapping[str, str]


class Agent:
    """One forked process and the two pipes that lead to it."""

    def __init__(self) -> None:
        request_in, request_out = os.pipe()
        reply_in, reply_out = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(request_out)
            os.close(reply_in)
            serve(request_in, reply_out)
            os._exit(0)
        os.close(request_in)
        os.close(reply_out)
        self.requests = request_out
        self.replies = reply_in

    def call(self, op: str, **arguments: str) -> None:
        os.write(self.requests, json.dumps({"op": op, **arguments}).encode() + b"\n")
        reply = json.loads(os.read(self.replies, 65536))
        if reply != {"ok": op}:
            raise AssertionError(f"the agent of the floor answered {op} with {reply}")

    def finish(self) -> None:
        os.close(self.requests)
        os.close(self.replies)
        if os.waitpid(self.pid, 0)[1] != 0:
            raise AssertionError("an agent of the floor failed")


def serve(requests: int, replies: int) -> None:
    state: dict[str, socket.socket] = {}
    while line := os.read(requests, 65536):
        request = json.loads(line)
        OPERATIONS[request["op"]](state, request)
        os.write(replies, json.dumps({"ok": request["op"]}).encode() + b"\n")


def listen(state: dict[str, socket.socket], request: Arguments) -> None:
    state["listener"] = socket.socket(socket.AF_UNIX)
    state["listener"].bind(request["path"])
    state["listener"].listen()


def connect(state: dict[str, socket.socket], request: Arguments) -> None:
    state["stream"] = socket.socket(socket.AF_UNIX)
    state["stream"].connect(request["path"])


def accept(state: dict[str, socket.socket], _: Arguments) -> None:
    state["stream"] = state["listener"].accept()[0]


def send(state: dict[str, socket.socket], request: Arguments) -> None:
    state["stream"].sendall(request["data"].encode())


def recv(state: dict[str, socket.socket], request: Arguments) -> None:
    if state["stream"].recv(4096) != request["data"].encode():
        raise AssertionError("the bytes did not arrive")


def close(state: dict[str, socket.socket], request: Arguments) -> None:
    for endpoint in state.values():
        endpoint.close()
    os.unlink(request["path"])


OPERATIONS: Mapping[str, Callable[[dict[str, socket.socket], Arguments], None]] = {
    "listen": listen,
    "connect": connect,
    "accept": accept,
    "send": send,
    "recv": recv,
    "close": close,
}


def case(path: str) -> None:
    server, client = Agent(), Agent()
    server.call("listen", path=path)
    client.call("connect", path=path)
    server.call("accept")
    client.call("send", data="there")
    server.call("recv", data="there")
    server.call("send", data="back")
    client.call("recv", data="back")
    server.call("close", path=path)
    client.finish()
    server.finish()


def main(cases: int, directory: str) -> None:
    begin = time.perf_counter()
    for number in range(cases):
        case(os.path.join(directory, str(number)))
    print(time.perf_counter() - begin)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
