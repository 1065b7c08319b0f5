"""Searching real agents: a good one is left in peace, a faulty one is caught by a handful of steps, which are kept."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

import conformance
from conformance import shape
from conformance.evidence import Header, Record, Sealer, end_line, read
from conformance.judge import judge, judge_case
from conformance.live import run
from conformance.live.agent import Command
from conformance.live.engine import Keeper
from conformance.live.probe import Prepared, prepare
from conformance.live.search import planned_for, search
from conformance.live.search_outcome import AGAIN, Found, Hunt, freeze, own_file, told
from conformance.live.strays import end_strays
from conformance.plan import scenarios
from conformance.requirements import SpecError, load
from conformance.sequences import frozen
from conformance.sequences.sequence import PRIMITIVES, parse
from conformance.tests.tiny_agents import HELLO, program, tiny
from conformance.tests.trial import STDLIB

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the faulty agents are made for Linux")

SPEC = load()
SCENARIO = scenarios()[frozen.SCENARIO]

# The second opinion with one defect, in every endpoint that moves data.
FAULTY = """
import fcntl, os, struct, sys, termios
sys.path.insert(0, {agents!r})
from stdlib import endpoints, serve

def spoil(kind):
    good_recv, good_send = kind.try_recv, kind.try_send
{defect}

for kind in (endpoints.PipeEnd, endpoints.Stream):
    spoil(kind)
{more}
serve.main()
"""
LOSES = """
    def try_recv(self, limit):
        (queued,) = struct.unpack("i", fcntl.ioctl(self.fileno(), termios.FIONREAD, bytes(4)))
        if limit == 3 and queued > 4096:
            os.read(self.fileno(), 1)
        return good_recv(self, limit)
    kind.try_recv = try_recv
"""
REPEATS = """
    def try_send(self, data):
        last = self.__dict__.pop("last", None)
        if last is not None and len(data):
            good_send(self, memoryview(last))
        sent = good_send(self, data)
        if 0 < sent < len(data):
            self.last = bytes(data[sent - 1 : sent])
        return sent
    kind.try_send = try_send
"""
HANGS = """
    def try_recv(self, limit):
        while limit == 7:
            os.sched_yield()
        return good_recv(self, limit)
    kind.try_recv = try_recv
"""
CLAIMS_LITTLE = """
serve.capabilities = lambda: dict.fromkeys(("local_socket", "local_socket.path", "wait.try"), True)
for op in ("shutdown", "duplicate"):
    del serve.OPERATIONS[op]
"""


def faulty(directory: Path, defect: str = "", more: str = "") -> Command:
    """An agent with one defect."""
    agents = str(Path(__file__).parents[1] / "agents")
    return program(directory, FAULTY.format(agents=agents, defect=defect, more=more))


@contextmanager
def prepared(command: Command, patience_ms: int = 2_000) -> Generator[Prepared]:
    """An agent ready to be searched; nothing of it is left afterwards."""
    mark = f"search-{secrets.token_hex(4)}"
    made = prepare(command, STDLIB, SPEC, mark, patience_ms=patience_ms)
    try:
        yield made
    finally:
        made.close()
        left = end_strays(mark)
    assert not left


def found(hunt: Hunt) -> Found:
    """What was found; it has to be something."""
    assert hunt.found is not None, hunt
    return hunt.found


def steps(hunt: Hunt) -> str:
    """The word that was found."""
    return str(found(hunt).planned.params["steps"])


@pytest.mark.parametrize("primitive", PRIMITIVES)
def test_a_good_agent_is_left_in_peace(primitive: str) -> None:
    with prepared(STDLIB) as there:
        hunt = search(there, SCENARIO, primitive, examples=60)
    assert hunt.found is None
    assert hunt.untold == {}
    assert 40 < hunt.sequences <= 60
    assert hunt.operations > 3 * hunt.sequences
    assert hunt.modes == ("blocking", "nonblocking", "deadline")
    assert told(hunt, "run").startswith(
        f"{primitive}: nothing found ({hunt.sequences} sequences, {hunt.operations} operations"
    )


@pytest.mark.parametrize("primitive", ["unnamed_pipe", "local_socket"])
def test_a_lost_byte_is_found_and_shrunk_to_a_send_and_a_receive(primitive: str, tmp_path: Path) -> None:
    with prepared(faulty(tmp_path, LOSES)) as there:
        hunt = search(there, SCENARIO, primitive)
    finding = found(hunt)
    assert len(parse(steps(hunt), primitive)) <= 3
    assert "3" in steps(hunt)
    assert finding.again == AGAIN
    assert (finding.finding.requirement, finding.finding.verdict, finding.finding.cause) == (
        "XC-MODEL-001", "violated", "finding",
    )  # fmt: skip
    assert "in order and unchanged" in finding.finding.detail
    assert finding.planned.mode == "blocking", "the simplest mode in which it happens"


def test_a_repeated_byte_is_found_and_shrunk(tmp_path: Path) -> None:
    with prepared(faulty(tmp_path, REPEATS)) as there:
        hunt = search(there, SCENARIO, "unnamed_pipe")
    assert len(parse(steps(hunt), "unnamed_pipe")) <= 4
    assert found(hunt).again > 0


def test_a_hang_is_found_without_waiting_for_it_many_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PATIENCE_MS", 1_000)
    with prepared(faulty(tmp_path, HANGS), patience_ms=500) as there:
        hunt = search(there, SCENARIO, "unnamed_pipe")
    assert (found(hunt).finding.cause, found(hunt).again) == ("hung", AGAIN)
    assert "7" in steps(hunt)
    assert len(parse(steps(hunt), "unnamed_pipe")) <= 2


def test_the_same_search_tries_the_same_and_another_seed_tries_others() -> None:
    with prepared(STDLIB) as there:
        hunts = [search(there, SCENARIO, "unnamed_pipe", examples=30, seed=seed) for seed in (None, None, 1, 1, 2)]
    tried = [(hunt.sequences, hunt.operations) for hunt in hunts]
    assert tried[0] == tried[1]
    assert tried[2] == tried[3]
    assert len(set(tried)) == 3


def test_nothing_is_written_where_somebody_searches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with prepared(STDLIB) as there:
        search(there, SCENARIO, "unnamed_pipe", examples=5)
    assert list(tmp_path.iterdir()) == []


def test_what_an_agent_does_not_claim_is_not_searched(tmp_path: Path) -> None:
    hello = {**HELLO, "capabilities": {"unnamed_pipe": True}}
    with prepared(tiny(tmp_path, hello=hello)) as there:
        socket, pipe = (search(there, SCENARIO, name, examples=5) for name in ("local_socket", "unnamed_pipe"))
    assert (socket.modes, socket.found, socket.sequences) == ((), None, 0)
    assert told(socket, "run") == "local_socket: not searched; the agent does not claim local_socket\n"
    assert told(pipe, "run") == "unnamed_pipe: not searched; the agent does not claim wait.try\n"


def test_steps_that_take_more_than_the_agent_claims_are_not_tried(tmp_path: Path) -> None:
    with prepared(faulty(tmp_path, more=CLAIMS_LITTLE)) as there:
        hunt = search(there, SCENARIO, "local_socket", examples=60)
    assert hunt.modes == ("blocking",)
    assert hunt.found is None
    assert hunt.untold == {}


def test_an_agent_that_cannot_be_judged_is_given_up_early(tmp_path: Path) -> None:
    hello = {**HELLO, "capabilities": {"unnamed_pipe": True, "wait.try": True}}
    with prepared(tiny(tmp_path, hello=hello, prelude="HELLO['more'] = os.getpid()")) as there:
        hunt = search(there, SCENARIO, "unnamed_pipe", examples=30)
    assert hunt.found is None
    assert 1 <= hunt.sequences <= 10
    assert len(hunt.untold) == hunt.sequences
    text = told(hunt, "run")
    assert f"{hunt.sequences} sequences could not be judged; the first: {frozen.SCENARIO}/unnamed_pipe/" in text
    assert "its hello is not the one that it gave when it was probed" in text


# what was found is kept


def hunted(steps_: str, primitive: str, there: Prepared, detail: str = "not so: it is \x1b[31mred\x1b[0m") -> Hunt:
    """A hunt that found this."""
    planned = planned_for(there, SCENARIO, primitive, "blocking", steps_)
    finding = judge_case(planned, None, SPEC, "linux")["XC-MODEL-001"]
    record = Record(planned.id, "completed", [])
    what = type(finding)("XC-MODEL-001", "violated", "finding", detail, "server")
    return Hunt(primitive, ("blocking",), 9, 99, {}, 1.5, Found(planned, what, record, 2))


@pytest.fixture(scope="module")
def there() -> Generator[Prepared]:
    with prepared(STDLIB) as made:
        yield made


def test_what_was_found_is_told_with_the_line_that_repeats_it(there: Prepared) -> None:
    text = told(hunted("s1.r1", "fifo", there), "ipc-conformance run --agent stdlib")
    assert text.splitlines()[1:] == [
        f"  {frozen.SCENARIO}/fifo/blocking/steps=s1.r1",
        "  XC-MODEL-001 violated (finding, server): not so: it is \x1b[31mred\x1b[0m",
        "  happened again in 2 of 3 more runs",
        f"  again: ipc-conformance run --agent stdlib --case {frozen.SCENARIO}/fifo/blocking/steps=s1.r1",
    ]


def test_what_was_found_is_kept_once_with_the_reason(there: Prepared, tmp_path: Path) -> None:
    path = tmp_path / "kept.toml"
    hunts = [hunted("s1.r1", "fifo", there), hunted("s1.r1", "unnamed_pipe", there), hunted("s2", "fifo", there)]
    assert freeze(hunts, path) == ["s1.r1", "s2"]
    kept = frozen.read(path.read_text(encoding="utf-8"), "kept")
    assert [(one.steps, one.primitives) for one in kept] == [("s1.r1", ("fifo", "unnamed_pipe")), ("s2", ("fifo",))]
    assert kept[0].why == "Found by a search: it is \\x1b[31mred\\x1b[0m."
    before = path.read_bytes()
    assert freeze(hunts, path) == []
    assert path.read_bytes() == before
    assert freeze([hunted("s1.r1", "local_socket", there)], path) == ["s1.r1"]
    assert frozen.steps(frozen.read(path.read_text(encoding="utf-8"), "kept"))["local_socket"] == ("s1.r1",)


def test_a_file_that_is_no_file_of_sequences_is_not_written_to(there: Prepared, tmp_path: Path) -> None:
    path = tmp_path / "kept.toml"
    path.write_text("[other]\n", encoding="utf-8")
    with pytest.raises(SpecError, match="tables and nothing else"):
        freeze([hunted("s1.r1", "fifo", there)], path)
    assert path.read_text(encoding="utf-8") == "[other]\n"
    with pytest.raises(SpecError, match=r"No such file or directory; what was found is not frozen"):
        freeze([hunted("s1.r1", "fifo", there)], tmp_path / "nowhere" / "kept.toml")


def test_the_suite_s_own_file_is_edited_only_in_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conformance").mkdir()
    monkeypatch.setattr(conformance, "__file__", str(tmp_path / "conformance" / "__init__.py"))
    with pytest.raises(SpecError, match=r"installed, not checked out; say where to freeze with --frozen FILE"):
        own_file()
    (tmp_path / "pyproject.toml").touch()
    assert own_file() == tmp_path / "conformance" / "spec" / "frozen.toml"


def test_evidence_of_a_sequence_that_is_in_no_file_is_judged_like_any_other(there: Prepared) -> None:
    planned = planned_for(there, SCENARIO, "unnamed_pipe", "blocking", "s1.s2.s3.r6.c.z")
    keeper = Keeper(there.setting, there.witness)
    try:
        record = keeper.run(planned)
    finally:
        keeper.close()
    agents: Mapping[str, Mapping[str, object]] = there.agents
    header = Header("0", SPEC.digest, there.environment, agents, {}, (planned.id,))
    sealer = Sealer()
    text = "".join(map(sealer.text, (header.line(), record.line(), end_line(complete=True))))
    verdicts = [each for each in judge(read(text, "file"), SPEC, scenarios()) if each.case == planned.id]
    assert [(each.requirement, each.verdict) for each in verdicts] == [("XC-MODEL-001", "holds")]


def test_a_sequence_is_played_as_it_reads(there: Prepared) -> None:
    planned = planned_for(there, SCENARIO, "local_socket", "blocking", "s5.r3.S2.T9.d.c.h.r9")
    keeper = Keeper(there.setting, there.witness)
    try:
        record = keeper.run(planned)
    finally:
        keeper.close()
    calls = [(entry[2], entry[3], _number(entry[4])) for entry in record.transcript if entry[0] == "call"]
    assert calls[4:] == [
        ("client", "send", 5), ("server", "recv", 3), ("server", "send", 2), ("client", "recv", 9),
        ("client", "duplicate", None), ("client", "close", None), ("client", "shutdown", None), ("server", "recv", 9),
        ("client", "close", None), ("server", "recv_to_end", None), ("server", "close", None),
    ]  # fmt: skip


def _number(args: object) -> object:
    table = shape.table(args) or {}
    data = shape.table(table.get("data")) or {}
    return table.get("max", data.get("length"))
