"""The blocking API and the two on event loops stay in step: names, signatures, and what may wait."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these tests are about POSIX systems"

import inspect
import subprocess
from types import ModuleType
from typing import Any

import pytest

import ipc
from ipc import posix
from ipc._async import calls, posix_calls
from ipc.tests.loops import LOOPS

# What is about names and errors, and the same everywhere.
EVERYWHERE = {
    "AbstractName",
    "IpcError",
    "NamespacedName",
    "PathName",
    "aio",
    "errors",
    "names",
    "posix",
    "trio",
    "types",
}
# What has to be awaited; everything else is done at once.
MAY_WAIT = {
    "accept",
    "connect",
    "listen",
    "open_fifo_receiver",
    "open_fifo_sender",
    "recv",
    "recv_descriptors",
    "recv_exact",
    "recv_into",
    "recv_into_vectored",
    "send",
    "send_all",
    "send_descriptors",
    "send_vectored",
}
ITERATION = {"__iter__": "__aiter__", "__next__": "__anext__"}


@pytest.fixture(params=["ipc.aio", "ipc.trio"])
def api(request: pytest.FixtureRequest) -> Any:
    """The module of an event loop."""
    return LOOPS["asyncio" if request.param == "ipc.aio" else "trio"]().api


def public(module: ModuleType) -> dict[str, Any]:
    names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    of_ours = (ipc.__name__ + ".", ipc.__name__)
    return {
        name: getattr(module, name)
        for name in names
        if name not in EVERYWHERE and (getattr(getattr(module, name), "__module__", "") or "").startswith(of_ours)
    }


def parameters(function: Any) -> list[tuple[str, Any, Any]]:
    """Names, kinds and defaults."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


def members(kind: type) -> dict[str, Any]:
    found = {name: inspect.getattr_static(kind, name) for name in dir(kind)}
    own = ("__enter__", "__exit__", *ITERATION, *ITERATION.values())
    return {name: value for name, value in found.items() if not name.startswith("_") or name in own}


def test_every_name_of_the_blocking_api_is_there_and_no_other(api: Any) -> None:
    assert set(public(api)) - {"CALLS"} == set(public(ipc))
    assert set(sys.modules[f"{api.__name__}.posix"].__all__) == set(posix.__all__)


@pytest.mark.parametrize("place", ["", ".posix"])
def test_functions_have_the_same_parameters_and_are_awaited_if_they_may_wait(api: Any, place: str) -> None:
    blocking: dict[str, Any] = public(sys.modules["ipc" + place])
    compared = 0
    for name, function in blocking.items():
        if inspect.isfunction(function):
            twin = getattr(sys.modules[api.__name__ + place], name)
            assert parameters(twin) == parameters(function), name
            assert inspect.iscoroutinefunction(twin) == (name in MAY_WAIT), name
            compared += 1
    assert compared >= 4


@pytest.mark.parametrize("kind", ["Stream", "Listener", "Receiver", "Sender"])
def test_classes_have_the_same_members(api: Any, kind: str) -> None:
    blocking, awaited = members(getattr(ipc, kind)), members(getattr(api, kind))
    internal = {"driver", "receiver_class", "sender_class", "client_class", "receive_by", "send_by"}
    assert set(awaited) - internal == {ITERATION.get(name, name) for name in blocking}
    for name, member in blocking.items():
        twin = awaited[ITERATION.get(name, name)]
        if inspect.isfunction(member):
            assert parameters(twin) == parameters(member), name
            assert inspect.iscoroutinefunction(twin) == (name in MAY_WAIT | {"__next__"}), name
        elif isinstance(member, property):
            assert isinstance(twin, property), name
            assert (twin.fset is None) == (member.fset is None), name


def test_every_public_call_says_what_it_does(api: Any) -> None:
    for name, value in {**public(api), **public(sys.modules[api.__name__ + ".posix"])}.items():
        assert inspect.getdoc(value), name


def test_the_two_loops_export_the_same_methods() -> None:
    for holder, place in ((calls.Calls, ""), (posix_calls.PosixCalls, ".posix")):
        for module in ("ipc.aio", LOOPS["trio"]().api.__name__):
            for name, method in vars(holder).items():
                if not name.startswith("_") and inspect.isfunction(method):
                    assert getattr(sys.modules[module + place], name).__func__ is method


def test_importing_ipc_imports_no_event_loop_and_ipc_aio_no_trio() -> None:
    code = "import sys, ipc, ipc.posix; a = set(sys.modules); import ipc.aio.posix; b = set(sys.modules); "
    code += "print(sorted(a & {'asyncio', 'trio', 'ipc.trio', 'ipc.aio'}), sorted(b & {'trio', 'ipc.trio', 'uvloop'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[] []\n"
