"""pytest as the front end: cases as items. The only module that knows pytest.

In a run of `ipc-conformance` pytest is sealed (see sealed.py) and the items come from `--ipc-order`, without any file.
In somebody's own pytest run they come from files named `ipc-conformance.toml` (see embedded.py), with two lines:

    pytest_plugins = ["conformance.pytest_plugin"]    # in the topmost conftest.py
    agent-command = "./my-agent"                      # in ipc-conformance.toml

Each case's report carries its record to the process that writes the evidence; workers of pytest-xdist write none.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from conformance.evidence import EvidenceError, Record
from conformance.front.bench import Bench, Order, Probed
from conformance.front.embedded import FILE, read_embedded
from conformance.front.lane import Cargo, Judgement, Lane, Turns
from conformance.front.sealed import Front, arguments
from conformance.judge import Verdict
from conformance.live.agent import StartError
from conformance.live.ledger import Ledger, LedgerError
from conformance.plain import safe
from conformance.plan import Planned
from conformance.requirements import SpecError

_CARGO = "ipc_conformance"


class Host(Protocol):
    """The run that pytest is the front end of."""

    bench: Bench
    directory: Path

    def chosen(self, cases: Sequence[Planned]) -> None:
        """These cases are left after pytest's own selection."""

    def began(self, case: str) -> None:
        """A worker begins a case."""

    def recorded(self, record: Record) -> None:
        """A case has its record."""

    def worker(self, run_mark: str) -> None:
        """There is a worker whose agents carry this mark."""


class _Seat:
    """Where the host of this process sits while pytest runs."""

    host: Host | None = None
    failed: Exception | None = None


def run_pytest(host: Host, front: Front) -> int:
    """Run the host's cases through pytest; its exit status. Raises what the host raised meanwhile."""
    _Seat.host, _Seat.failed = host, None
    try:
        status = int(pytest.main(arguments(front, host.bench.order.text())))
    finally:
        _Seat.host = None
    if _Seat.failed is not None:
        raise _Seat.failed
    return status


class CaseFailed(Exception):
    """A case is not as expected; the text says everything that is known of it."""


class CaseItem(pytest.Item):
    """A case."""

    planned: Planned
    lane: Lane
    judged: bool
    record: Record | None = None
    judgement: Judgement | None = None

    @classmethod
    def of(cls, parent: pytest.Collector, prefix: str, lane: Lane, planned: Planned, *, judged: bool) -> CaseItem:
        """An item under `parent`; `judged` False leaves it to the run to judge all its records in the end."""
        item: CaseItem = cls.from_parent(parent, name=planned.id, nodeid=f"{prefix}::{planned.id}")  # pyright: ignore[reportUnknownMemberType] - pytest types its further arguments as anything
        item.planned, item.lane, item.judged = planned, lane, judged
        return item

    def runtest(self) -> None:
        """Wait for the record and judge it."""
        self.record = self.lane.bench.record(self.planned.id)
        if not self.judged:
            return
        self.judgement = self.lane.judge(self.planned, self.record)
        self.user_properties += _properties(self.judgement.verdicts)
        if self.judgement.complaint:
            raise CaseFailed(self.judgement.complaint)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:  # noqa: ARG002
        """What went wrong, without a traceback into the suite when it is the agent's failure."""
        if isinstance(excinfo.value, CaseFailed):
            return str(excinfo.value)
        return "".join(traceback.format_exception(excinfo.value))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where pytest says that this is."""
        return self.path, None, self.planned.id

    def dress(self, report: pytest.TestReport) -> None:
        """Give the report its record, and the outcome that pytest has a word for."""
        if report.when != "call" or self.record is None:
            return
        setattr(report, _CARGO, self.lane.pack(self.record, self._neighbours))
        if report.outcome != "passed" or self.judgement is None:
            return
        expected = self.judgement.assessment.expected
        if expected:
            report.outcome = "skipped"
            report.wasxfail = "; ".join(known.reason for _, known in expected)
        elif all(verdict.verdict == "unsupported" for verdict in self.judgement.verdicts):
            report.outcome = "skipped"
            report.longrepr = (str(self.path), 0, f"unsupported: {self.judgement.verdicts[0].detail}")

    def _neighbours(self) -> list[str]:
        items = self.session.items
        return [item.planned.id for item in items if isinstance(item, CaseItem) and item.lane is self.lane]


def _properties(verdicts: Sequence[Verdict]) -> list[tuple[str, object]]:
    """For JUnit: requirement and verdict, in pairs."""
    found: list[tuple[str, object]] = []
    for verdict in verdicts:
        cause = f" ({verdict.cause})" if verdict.cause else ""
        found += [("requirement", verdict.requirement), ("verdict", f"{verdict.verdict}{cause}")]
    return found


# hooks of every process


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option by which a run tells pytest, here and in workers, what to do."""
    parser.addoption("--ipc-order", default="", help="used by ipc-conformance itself")


def pytest_configure(config: pytest.Config) -> None:
    """Take the part that this process has in a run, if it has one."""
    order = str(config.getoption("ipc_order"))
    worker: Mapping[str, object] | None = getattr(config, "workerinput", None)
    if not order:
        config.pluginmanager.register(_Embedding(worker=worker is not None))
    elif worker is not None:
        config.pluginmanager.register(_Worker(Order.parse(order), worker))
    elif _Seat.host is not None:
        distributed = bool(config.getoption("tx", default=None))
        config.pluginmanager.register(_Controller(_Seat.host) if distributed else _Sealed(_Seat.host))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Start the item's case and look ahead."""
    if not isinstance(item, CaseItem):
        return (yield)
    following = nextitem.planned if isinstance(nextitem, CaseItem) and nextitem.lane is item.lane else None
    item.lane.enter(item.planned, following)
    try:
        return (yield)
    finally:
        item.lane.leave(item.planned, following)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give a case's report its record."""
    report = yield
    if isinstance(item, CaseItem):
        item.dress(report)
    return report


class _Sealed:
    """A run in this process."""

    distributed = False

    def __init__(self, host: Host) -> None:
        self.host = host

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool | None:
        """Make the items, let pytest select among them, and tell the host."""
        items = _collect(session, Lane(self.host.bench))
        with _reporting():
            self.host.chosen([item.planned for item in items])
        if not items:
            pytest.exit("nothing selected", returncode=pytest.ExitCode.NO_TESTS_COLLECTED)
        return None if self.distributed else True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hand the record over."""
        cargo = _cargo(report)
        if cargo is not None:
            with _reporting():
                self.host.recorded(cargo.record)


class _Controller(_Sealed):
    """A run whose cases are run by workers of pytest-xdist, which collect the same items again."""

    distributed = True

    def pytest_configure_node(self, node: _Node) -> None:
        """Tell a worker what was found out here."""
        node.workerinput["ipc_probed"] = self.host.bench.probed.text()
        node.workerinput["ipc_directory"] = str(self.host.directory)
        mark = f"{self.host.bench.run_mark}-{node.workerinput['workerid']}"
        node.workerinput["ipc_run_mark"] = mark
        self.host.worker(mark)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A worker begins."""
        self.host.began(nodeid.partition("::")[2])


class _Node(Protocol):
    """What pytest-xdist tells of a worker."""

    workerinput: dict[str, object]


class _Worker:
    """A worker's part: run what the controller sends."""

    def __init__(self, order: Order, told: Mapping[str, object]) -> None:
        mark = str(told["ipc_run_mark"])
        bench = Bench(order, Probed.parse(str(told["ipc_probed"])), run_mark=mark)
        self._lane = Lane(bench, turns=_turns(Path(str(told["ipc_directory"])), mark.partition("-")[0]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """Make the items that the controller knows as well."""
        _collect(session, self._lane)
        return True

    def pytest_unconfigure(self) -> None:
        """End all agents."""
        self._lane.close()


def _turns(directory: Path, name: str) -> Turns | None:
    """Turns between the workers of a machine; on Windows, whose locks cannot be shared, lonely cases may meet."""
    if sys.platform == "win32":
        return None
    else:
        from conformance.front import turns

        return turns.Turns(directory, name)


class _Embedding:
    """Somebody else's pytest run."""

    def __init__(self, *, worker: bool) -> None:
        self._worker = worker
        self._lanes: list[Lane] = []
        self._ledgers: dict[str, Ledger] = {}
        self._missing: dict[str, set[str]] = {}

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """A file of ours."""
        if file_path.name != FILE:
            return None
        return AgentFile.of(parent, file_path, self._lanes)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Let the engines run ahead; a worker of pytest-xdist only looks one item ahead."""
        if session.config.option.collectonly or self._worker:
            return
        for lane in self._lanes:
            cases = [item.planned for item in session.items if isinstance(item, CaseItem) and item.lane is lane]
            if cases:
                lane.bench.start(cases)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write evidence where a file asks for it."""
        cargo = _cargo(report)
        if cargo is None or cargo.file is None or self._worker:
            return
        if cargo.file not in self._ledgers and cargo.header is not None:
            Path(cargo.file).unlink(missing_ok=True)
            self._ledgers[cargo.file] = Ledger.new(Path(cargo.file), cargo.header)
            self._missing[cargo.file] = set(cargo.header.planned)
        self._ledgers[cargo.file].write(cargo.record)
        self._missing[cargo.file].discard(cargo.record.case)

    def pytest_unconfigure(self) -> None:
        """End all agents, and the evidence."""
        for lane in self._lanes:
            lane.close()
        for path, ledger in self._ledgers.items():
            ledger.end(complete=not self._missing[path])
            ledger.close()


class AgentFile(pytest.File):
    """A file that says which agent to judge."""

    lanes: list[Lane]

    @classmethod
    def of(cls, parent: pytest.Collector, path: Path, lanes: list[Lane]) -> AgentFile:
        """The file at `path`; its lane will be one of `lanes`, whoever holds them closes it."""
        file: AgentFile = cls.from_parent(parent, path=path)  # pyright: ignore[reportUnknownMemberType] - as above
        file.lanes = lanes
        return file

    def collect(self) -> list[CaseItem]:
        """Probe the agent; one item for each of its cases."""
        try:
            embedded = read_embedded(self.path)
            lane = Lane(Bench(embedded.order), embedded=embedded)
            self.lanes.append(lane)
            return [CaseItem.of(self, self.nodeid, lane, planned, judged=True) for planned in lane.bench.selected]
        except (SpecError, StartError) as error:
            raise self.CollectError(safe(str(error))) from error


def _collect(session: pytest.Session, lane: Lane) -> list[CaseItem]:
    """The items of a sealed run, as far as pytest's own selection leaves them."""
    judged = session.config.getoption("xmlpath", default=None) is not None
    cases = [CaseItem.of(session, "conformance", lane, planned, judged=judged) for planned in lane.bench.selected]
    items: list[pytest.Item] = list(cases)
    session.config.hook.pytest_collection_modifyitems(session=session, config=session.config, items=items)
    session.items = items
    session.config.hook.pytest_collection_finish(session=session)
    session.testscollected = len(items)
    return [item for item in items if isinstance(item, CaseItem)]


@contextmanager
def _reporting() -> Generator[None]:
    """What the host raises ends pytest in good order and is raised again behind it."""
    try:
        yield
    except (LedgerError, EvidenceError, SpecError, StartError) as error:
        _Seat.failed = error
        pytest.exit(str(error))


def _cargo(report: pytest.TestReport) -> Cargo | None:
    text: object = getattr(report, _CARGO, None)
    return Cargo.unpack(text) if isinstance(text, str) else None
