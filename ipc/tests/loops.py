"""One way for tests to use asyncio, uvloop and trio, so that each test runs on all of them."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

import pytest

from ipc.tests.support import PATIENCE

T = TypeVar("T")

Job = Callable[[], Awaitable[object]]


class Task:
    """Something that was started: how it ended, once it has."""

    def __init__(self) -> None:
        self.began = False
        self.over = False
        self.cancelled = False
        self.value: Any = None
        self.error: Exception | None = None
        self.cancel: Callable[[], object] = lambda: None

    def never_began(self) -> None:
        """What asyncio does to a task that is cancelled before its first step."""
        if not self.over:
            self.over = self.cancelled = True

    async def watch(self, job: Job) -> None:
        """Run `job` and write down how it ends; a cancellation goes through."""
        self.began = True
        try:
            self.value = await job()
        except Exception as error:  # noqa: BLE001 -- it is for the test to look at
            self.error = error
        except BaseException:
            self.cancelled = True
            raise
        finally:
            self.over = True


class Loop(Protocol):
    """An event loop, and the API of ipc for it."""

    name: str
    # Modules, which tests of three APIs at once cannot name the types of.
    api: Any
    posix: Any

    def run(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run `main` to its end, within the tests' patience."""
        ...

    def tasks(self) -> Any:
        """A context in which tasks are started by calling its value; all of them are over at its end."""
        ...

    async def turn(self) -> None:
        """Let every other task go on."""
        ...

    async def rest(self, seconds: float) -> None:
        """Do nothing for a while."""
        ...

    def deadline(self, seconds: float) -> Any:
        """The loop's own context for a time limit; what it raises is TimeoutError of some kind."""
        ...


class OnAsyncio:
    """asyncio, with its own loop or uvloop's."""

    def __init__(self, name: str, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self.name = name
        self.api: Any = importlib.import_module("ipc.aio")
        self.posix: Any = importlib.import_module("ipc.aio.posix")
        self._run = run

    def run(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async def in_time() -> T:
            async with asyncio.timeout(PATIENCE):
                return await main()

        result: T = self._run(in_time())
        return result

    @asynccontextmanager
    async def tasks(self) -> AsyncGenerator[Callable[[Job], Task]]:
        async with asyncio.TaskGroup() as group:

            def start(job: Job) -> Task:
                task = Task()
                running = group.create_task(task.watch(job))
                running.add_done_callback(lambda _: task.never_began())
                task.cancel = running.cancel
                return task

            yield start

    async def turn(self) -> None:
        await asyncio.sleep(0)

    async def rest(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def deadline(self, seconds: float) -> Any:
        return asyncio.timeout(seconds)


class OnTrio:
    """trio."""

    def __init__(self) -> None:
        self.name = "trio"
        self.api: Any = importlib.import_module("ipc.trio")
        self.posix: Any = importlib.import_module("ipc.trio.posix")
        self._trio: Any = importlib.import_module("trio")

    def run(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async def in_time() -> T:
            with self._trio.fail_after(PATIENCE):
                return await main()

        result: T = self._trio.run(in_time)
        return result

    @asynccontextmanager
    async def tasks(self) -> AsyncGenerator[Callable[[Job], Task]]:
        async with self._trio.open_nursery() as nursery:

            def start(job: Job) -> Task:
                task, scope = Task(), self._trio.CancelScope()
                task.cancel = scope.cancel

                async def run() -> None:
                    with scope:
                        await task.watch(job)

                nursery.start_soon(run)
                return task

            yield start

    async def turn(self) -> None:
        await self._trio.lowlevel.checkpoint()

    async def rest(self, seconds: float) -> None:
        await self._trio.sleep(seconds)

    def deadline(self, seconds: float) -> Any:
        @asynccontextmanager
        async def limited() -> AsyncGenerator[None]:
            try:
                with self._trio.fail_after(seconds):
                    yield
            except self._trio.TooSlowError:
                raise TimeoutError from None

        return limited()


def on_asyncio() -> Loop:
    return OnAsyncio("asyncio", asyncio.run)


def on_uvloop() -> Loop:
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not installed, or not made for this system")
    return OnAsyncio("uvloop", uvloop.run)


def on_trio() -> Loop:
    pytest.importorskip("trio", reason="trio is not installed; it comes with the extra `trio`")
    return OnTrio()


LOOPS: dict[str, Callable[[], Loop]] = {"asyncio": on_asyncio, "uvloop": on_uvloop, "trio": on_trio}


async def until(loop: Loop, condition: Callable[[], bool]) -> None:
    """Let others go on until `condition` holds; the patience of `run` bounds it."""
    while not condition():
        await loop.turn()


async def settle(loop: Loop) -> None:
    """Let every task go on until it waits for something that others would have to do."""
    for _ in range(8):
        await loop.turn()
