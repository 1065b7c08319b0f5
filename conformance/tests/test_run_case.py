"""An agent that misbehaves costs one case its verdict, with the right cause, and nothing else."""

from __future__ import annotations

import re
import sys
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.live import run
from conformance.live.agent import Command
from conformance.scenario import Case
from conformance.tests.tiny_agents import HELLO, tiny
from conformance.tests.trial import asks, behaves, trial

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="agents are started through POSIX pipes")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What an agent does when it is asked, and what that has to come to."""

    does: str
    ending: str
    verdict: str
    cause: str
    detail: str
    party: str = "server"
    patience_ms: int = 10_000


GOOD = "reply(number, ok={'count': 7})"
REFUSED = ("refused", "undetermined", "refused")

WRONG = {
    "crashes": Wrong("os._exit(3)", "died", "violated", "died", r"ended with exit status 3 while signal_count"),
    "is killed": Wrong("os.kill(os.getpid(), 11)", "died", "violated", "died", r"ended with signal 11"),
    "raises": Wrong("raise OSError('a word')", "died", "violated", "died", r"exit status 1"),
    "hangs": Wrong("hang()", "hung", "violated", "hung", r"no reply to signal_count within 0.5 s", patience_ms=500),
    "stops itself": Wrong(
        "os.kill(os.getpid(), signal.SIGSTOP)", "hung", "violated", "hung", r"no reply", patience_ms=500
    ),
    "answers late": Wrong(f"time.sleep(5); {GOOD}", "hung", "violated", "hung", r"no reply", patience_ms=500),
    "closes its output": Wrong("os.close(1); hang()", "died", "violated", "died", r"closed its output"),
    "ends in a line": Wrong("write('{\"id\": 2'); os._exit(0)", *REFUSED, r"middle of a line: .*id"),
    "answers twice": Wrong(
        "line = json.dumps({'id': number, 'ok': {'count': 7}}) + '\\n'; write(line + line)",
        *REFUSED,
        r"server: request 2 was answered twice",
    ),
    "answers another request": Wrong("reply(99, ok={})", *REFUSED, r"the id '?99'?, which no request had"),
    "answers id 0": Wrong("reply(0, ok={})", *REFUSED, r"the id '?0'?, which no request had"),
    "answers with a text as id": Wrong("reply('2', ok={})", *REFUSED, r"which no request had"),
    "answers with true as id": Wrong("reply(True, ok={})", *REFUSED, r"which no request had"),
    "answers without id": Wrong("write('{}\\n')", *REFUSED, r"which no request had"),
    "writes garbage": Wrong("write('count is 7\\n')", *REFUSED, r"not JSON: '?.*count is 7"),
    "writes an empty line": Wrong(f"write('\\n'); {GOOD}", *REFUSED, r"not JSON"),
    "writes bytes": Wrong("os.write(1, bytes(range(255, 10, -1)) + b'\\n')", *REFUSED, r"not JSON"),
    "writes a list": Wrong("write('[1, 2]\\n')", *REFUSED, r"not a JSON object"),
    "nests without end": Wrong("write('[' * 900000 + '\\n')", *REFUSED, r"not JSON"),
    "writes a number of many digits": Wrong("write('9' * 100000 + '\\n')", *REFUSED, r"not JSON"),
    "writes no number": Wrong("reply(number, ok={'count': float('nan')})", *REFUSED, r"not JSON"),
    "answers both ways": Wrong("reply(number, ok={}, error={'kind': 'other'})", *REFUSED, r"either ok or error"),
    "answers neither way": Wrong("reply(number)", *REFUSED, r"either ok or error"),
    "answers ok and an error that is none": Wrong(
        "reply(number, ok={'count': 7}, error='no')", *REFUSED, r"either ok or error"
    ),
    "answers with a list": Wrong("reply(number, ok=[7])", *REFUSED, r"either ok or error, an object"),
    "answers with a text as error": Wrong("reply(number, error='no')", *REFUSED, r"either ok or error, an object"),
    "answers an unknown kind": Wrong(
        "reply(number, error={'kind': 'e_oops'})", *REFUSED, r"error kind .*e_oops.* is none of PROTOCOL"
    ),
    "answers a kind that is a list": Wrong("reply(number, error={'kind': ['end']})", *REFUSED, r"error kind"),
    "answers a text for a number": Wrong(
        "reply(number, ok={'count': '7'})", "completed", "undetermined", "protocol", r"does not fit the protocol.*count"
    ),
    "leaves the number out": Wrong(
        "reply(number, ok={})", "completed", "undetermined", "protocol", r"does not fit the protocol.*count"
    ),
    "answers another number": Wrong(
        "reply(number, ok={'count': 8})", "completed", "violated", "finding", r"the count: 8 instead of 7"
    ),
    "fails": Wrong(
        "reply(number, error={'kind': 'other', 'native': 'EWRONG', 'message': 'no way'})",
        "completed",
        "violated",
        "finding",
        r"signal_count failed with other \(EWRONG: no way\)",
    ),
    "floods its output": Wrong("while True: reply(number + 1000, ok={})", *REFUSED, r"which no request had"),
    "writes a line of a gigabyte": Wrong(
        "for _ in range(1 << 14): os.write(1, b'x' * (1 << 16))", *REFUSED, r"longer than 1048576 bytes"
    ),
    "writes a long line and its end": Wrong("write('x' * 1100000 + '\\n')", *REFUSED, r"longer than 1048576 bytes"),
    "leaves a child with its pipes": Wrong(
        "os._exit(4) if os.fork() else hang()", "died", "violated", "died", r"ended with exit status 4"
    ),
    "ignores signals": Wrong(
        "for each in (1, 2, 3, 15): signal.signal(each, signal.SIG_IGN)\nhang()",
        "hung",
        "violated",
        "hung",
        r"no reply",
        patience_ms=500,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_misbehaving_agent_costs_one_case_its_verdict(name: str, tmp_path: Path) -> None:
    wrong = WRONG[name]
    with trial(tiny(tmp_path, wrong.does), patience_ms=wrong.patience_ms) as there:
        record = there.record(asks)
        finding = there.finding(asks, record)
        after = there.record(behaves)
        assert (record.ending, finding.verdict, finding.cause) == (wrong.ending, wrong.verdict, wrong.cause)
        assert re.search(wrong.detail, finding.detail), finding.detail
        assert wrong.ending == "refused" or finding.party == wrong.party
        assert there.finding(behaves, after).verdict == "holds", after


FINE = {
    "floods its standard error": f"for _ in range(128): os.write(2, b'x' * (1 << 16))\n{GOOD}",
    "closes its standard error": f"os.close(2)\n{GOOD}",
    "answers in pieces": "\n".join(
        f"write({piece!r}); time.sleep(0.01)" for piece in ('{"id": 2, "ok":', ' {"count": ', "7}}", "\n")
    ),
    "answers with more keys than asked for": "reply(number, ok={'count': 7, 'of': 'tomorrow'}, more=[{}])",
    "ends lines as on Windows": "write(json.dumps({'id': number, 'ok': {'count': 7}}) + '\\r\\n')",
    "answers in words of many bytes": "reply(number, ok={'count': 7, 'word': '\\ud800 \\u20ac'})",
}


@pytest.mark.parametrize("name", FINE)
def test_what_the_protocol_allows_does_no_harm(name: str, tmp_path: Path) -> None:
    with trial(tiny(tmp_path, FINE[name])) as there:
        record = there.record(asks)
        assert record.ending == "completed"
        assert there.finding(asks, record).verdict == "holds"


def test_of_a_flooded_log_only_the_end_is_kept(tmp_path: Path) -> None:
    flood = "for _ in range(128): os.write(2, b'x' * (1 << 16))\nos.write(2, b'the last words')\nos._exit(1)"
    with trial(tiny(tmp_path, flood)) as there:
        record = there.record(asks)
        assert record.ending == "died"
        assert record.note.startswith("standard error of server: xxx")
        assert record.note.endswith("the last words")
        assert len(record.note) < 3000


def test_an_endless_line_does_not_fill_the_memory(tmp_path: Path) -> None:
    with trial(tiny(tmp_path, "while True: os.write(1, b'x' * (1 << 16))")) as there:
        tracemalloc.start()
        try:
            record = there.record(asks)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert record.ending == "refused"
        assert most < 32 << 20


def test_an_agent_that_eats_the_memory_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MEMORY_LIMIT", 256 << 20)
    with trial(tiny(tmp_path, "eaten = b'x' * (400 << 20)\nhang()")) as there:
        record = there.record(asks)
        finding = there.finding(asks, record)
        assert (record.ending, finding.verdict) == ("refused", "undetermined")
        assert "uses more than 256 MiB of memory" in finding.detail


def asks_on_and_on(case: Case) -> None:
    """There is always one more request."""
    with case.decides("T-ASK-001"):
        while True:
            case.server.signal_count("PIPE")


def test_a_case_as_a_whole_has_a_bound_however_promptly_its_agent_replies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CASE_PATIENCES", 2)
    with trial(tiny(tmp_path, GOOD), patience_ms=500) as there:
        record = there.record(asks_on_and_on)
        finding = there.finding(asks_on_and_on, record)
        assert (record.ending, finding.verdict, finding.cause) == ("hung", "violated", "hung")
        assert "no reply to signal_count, and the case as a whole took 1 s" in finding.detail


@pytest.mark.parametrize(
    ("prelude", "ending", "detail"),
    [
        ("hang()", "hung", "no reply to identity within 0.5 s"),
        ("os._exit(5)", "died", "ended with exit status 5"),
        ("HELLO['implementation']['version'] = '2'", "refused", "not the one that it gave when it was probed"),
        ("HELLO = None", "refused", "either ok or error"),
        ("write('hello\\n')", "refused", "not JSON"),
    ],
)
@pytest.mark.parametrize("concurrent", [True, False])
def test_an_agent_that_greets_otherwise_than_when_probed_is_no_agent_that_declines(
    prelude: str, ending: str, detail: str, concurrent: bool, tmp_path: Path
) -> None:
    hello = {**HELLO, "concurrent": concurrent}
    command = tiny(tmp_path, prelude=prelude, hello=hello)
    with trial(command, hello=hello, patience_ms=500 if ending == "hung" else 10_000) as there:
        record = there.record(asks)
        finding = there.finding(asks, record)
        assert (record.ending, finding.verdict) == (ending, "undetermined")
        assert finding.cause in ("prerequisite", "refused")
        assert detail in finding.detail


def two_at_once(case: Case) -> None:
    """Two requests are on their way at once."""
    with case.decides("T-ASK-001"):
        first = case.begin(case.server.signal_count, "PIPE")
        second = case.begin(case.server.signal_count, "USR1")
        case.equal((second.result(), first.result()), (7, 8), "both counts")


def test_replies_may_come_in_any_order(tmp_path: Path) -> None:
    later = "global kept\nkept = number"
    prelude = "old = reply\ndef reply(n, **what):\n    old(n, **what)\n    if n == 3: old(2, ok={'count': 8})"
    with trial(tiny(tmp_path, later, prelude=prelude)) as there:
        record = there.record(two_at_once)
        assert there.finding(two_at_once, record).verdict == "holds", record


def test_an_agent_that_does_one_thing_at_a_time_is_never_sent_a_second_request(tmp_path: Path) -> None:
    hello = {**HELLO, "concurrent": False}
    with trial(tiny(tmp_path, "hang()", hello=hello), hello=hello) as there:
        record = there.record(two_at_once)
        finding = there.finding(two_at_once, record)
        assert record.ending == "completed"
        assert (finding.verdict, finding.cause, finding.party) == ("unsupported", "declined", "server")
        assert [entry[0] for entry in record.transcript] == ["call", "call", "declined"]


def sends_much(case: Case) -> None:
    """A request is larger than any pipe."""
    receiver, sender = case.server.pipe()
    with case.decides("T-ASK-001"):
        sender.send_all(bytes(400_000))
        receiver.close()


def test_an_agent_that_does_not_read_is_hung_and_not_the_harness(tmp_path: Path) -> None:
    deaf = "old = requests\ndef requests():\n    every = old(); yield next(every); yield next(every); hang()"
    with trial(_pipes(tmp_path, deaf), patience_ms=1000) as there:
        record = there.record(sends_much)
        finding = there.finding(sends_much, record)
        assert (record.ending, finding.verdict, finding.cause) == ("hung", "violated", "hung")
        assert "no reply to send_all within 1 s" in finding.detail


def test_an_agent_that_reads_slowly_gets_every_byte_of_a_request(tmp_path: Path) -> None:
    slow = "inner = os.read\ndef read(fd, size):\n    time.sleep(0.001)\n    return inner(fd, 3001)\nos.read = read"
    with trial(_pipes(tmp_path, slow)) as there:
        record = there.record(sends_much)
        assert there.finding(sends_much, record).verdict == "holds", record


def _pipes(directory: Path, prelude: str) -> Command:
    """An agent that says yes to everything about pipes."""
    yes = "old_reply = reply\ndef reply(n, **what):\n    old_reply(n, ok=what.get('ok') or {'sent': 400000})"
    return tiny(directory, prelude=f"{yes}\n{prelude}")


def ends_the_server(case: Case) -> None:
    """The server ends when it is told to."""
    case.server.identity()
    with case.decides("T-ASK-001"):
        case.equal(case.die(case.server, "exit"), 0, "its exit status")


def test_output_after_the_last_request_is_noticed(tmp_path: Path) -> None:
    prelude = "leave = os._exit\ndef last(status):\n    write('one more thing\\n'); leave(status)\nos._exit = last"
    with trial(tiny(tmp_path, prelude=prelude)) as there:
        record = there.record(ends_the_server)
        finding = there.finding(ends_the_server, record)
        assert (record.ending, finding.verdict) == ("refused", "undetermined")
        assert "one more thing" in finding.detail


def asks_the_dead(case: Case) -> None:
    """A request is on its way when the server ends."""
    with case.decides("T-ASK-001"):
        counting = case.begin(case.server.signal_count, "PIPE")
        case.equal(case.die(case.server, "exit"), 0, "its exit status")
        counting.result()


def test_a_request_that_was_on_its_way_when_its_agent_ended_has_died(tmp_path: Path) -> None:
    with trial(tiny(tmp_path, "pass")) as there:
        record = there.record(asks_the_dead)
        finding = there.finding(asks_the_dead, record)
        assert (record.ending, finding.verdict, finding.cause, finding.party) == ("died", "violated", "died", "server")
        assert "ended with exit status 0 while signal_count was asked of it" in finding.detail


def test_an_agent_that_will_not_end_is_hung(tmp_path: Path) -> None:
    with trial(tiny(tmp_path, prelude="os._exit = lambda status: hang()"), patience_ms=500) as there:
        record = there.record(ends_the_server)
        finding = there.finding(ends_the_server, record)
        assert (record.ending, finding.verdict, finding.cause) == ("hung", "violated", "hung")
        assert "asked to end, it still runs after 0.5 s" in finding.detail
        assert there.finding(behaves, there.record(behaves)).verdict == "holds"


def blunders(case: Case) -> None:
    """A scenario with a mistake of its own."""
    case.server.identity()
    with case.decides("T-ASK-001"):
        case.number("a parameter that it does not have")


def test_a_mistake_of_a_scenario_blames_nobody_and_stops_nothing(tmp_path: Path) -> None:
    with trial(tiny(tmp_path)) as there:
        record = there.record(blunders)
        finding = there.finding(blunders, record)
        assert (record.ending, finding.verdict, finding.cause) == ("harness-error", "undetermined", "harness")
        assert "KeyError" in finding.detail
        assert there.finding(behaves, there.record(behaves)).verdict == "holds"


def test_a_program_that_is_gone_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with trial(Command("lost", (str(tmp_path / "lost"),))) as there:
        record = there.record(asks)
        finding = there.finding(asks, record)
        assert (record.ending, finding.verdict) == ("refused", "undetermined")
        assert "is the program there and executable?" in finding.detail
