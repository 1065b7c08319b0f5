"""Any sequence of operations, compared with a model of a byte stream; `ipc-conformance search` looks for new ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.party import CASE, End, Wait
from conformance.payload import Data
from conformance.scenario import Case, Failed, scenario
from conformance.sequences import frozen
from conformance.sequences.model import Flow
from conformance.sequences.sequence import PRIMITIVES, Step, parse

MOST_HANDLES = 4


@scenario(
    "XC-MODEL-001",
    primitives=PRIMITIVES,
    params={"steps": frozen.steps(frozen.packaged())},
    needs=("wait.try",),
)
def any_sequence_agrees_with_the_model(case: Case) -> None:
    """Whatever the order of operations, a channel answers as a byte stream does."""
    steps = parse(case.text("steps"), case.primitive)
    player = _Player(case)
    with case.decides("XC-MODEL-001"):
        for number, step in enumerate(steps, 1):
            player.play(step, f"step {number}, {step} ({step.sentence})")
        player.finish()


@dataclass(slots=True)
class _Side:
    """What one party holds of the channel: the handles of its end, and its directions."""

    handles: list[End]
    outgoing: Flow | None = None
    incoming: Flow | None = None

    def close(self) -> None:
        """What becomes of the directions when the last handle is closed."""
        torn = self.incoming is not None and self.incoming.queued > 0
        if self.outgoing is not None:
            self.outgoing.sending = False
            self.outgoing.torn = torn
        if self.incoming is not None:
            self.incoming.receiving = False


@dataclass(slots=True)
class _Player:
    """Plays steps on a channel and keeps the model in step; a step whose end is closed already does nothing."""

    case: Case
    client: _Side = field(init=False)
    server: _Side = field(init=False)

    def __post_init__(self) -> None:
        receiver, sender = self.case.channel()
        pipe = self.case.primitive != "local_socket"
        down = Flow(self.case.pattern(0).seed, pipe)
        up = None if pipe else Flow(self.case.pattern(0).seed, pipe)
        self.client, self.server = _Side([sender], down, up), _Side([receiver], up, down)

    def play(self, step: Step, title: str) -> None:
        """Play one step."""
        actor, other = (self.server, self.client) if step.back else (self.client, self.server)
        match step.letter:
            case "c" | "d" | "h" if actor.handles:
                self._manage(step.letter, actor, other, title)
            case "s" | "u" | "a" | "v" if actor.handles and actor.outgoing:
                self._send(step, actor.handles[-1], actor.outgoing, title)
            case "r" | "t" | "e" | "z" if other.handles and other.incoming:
                self._receive(step, other.handles[-1], other.incoming, title)
            case "x" if actor.outgoing and actor.outgoing.healthy:
                self._exchange(step.size, actor.handles[-1], other.handles[-1], actor.outgoing, title)
            case _:
                pass

    def finish(self) -> None:
        """Receive what is still on its way, close both sides, and see each direction end."""
        for back, side in ((False, self.server), (True, self.client)):
            flow = side.incoming
            if side.handles and flow is not None and flow.queued and not flow.torn:
                self.play(Step("e", flow.queued, back), f"at last, {flow.queued} bytes are received")
        for back, side in ((False, self.server), (True, self.client)):
            sender = self.client if side is self.server else self.server
            while sender.handles:
                self.play(Step("c", back=back), "at last, the sender closes")
            if side.handles:
                self.play(Step("z", back=back), "at last, the end is received")

    def _manage(self, letter: str, actor: _Side, other: _Side, title: str) -> None:
        if letter == "d":
            if len(actor.handles) < MOST_HANDLES:
                actor.handles.append(actor.handles[-1].duplicate())
        elif letter == "c":
            actor.handles.pop(0).close()
            if not actor.handles:
                actor.close()
        elif actor.outgoing is not None and actor.outgoing.sending:
            outcome = self.case.attempt(actor.handles[-1].shutdown, "send")
            # POSIX lets a shutdown fail once the peer is gone (shutdown(), ENOTCONN).
            self._judge(
                title, outcome, "half-closing succeeds" if isinstance(outcome, Failed) and other.handles else None
            )
            actor.outgoing.sending = False

    def _send(self, step: Step, end: End, flow: Flow, title: str) -> None:
        data = flow.payload(step.size)
        wait: Wait = "try" if step.letter in "uv" or not flow.surely_sends(step.size) else CASE
        if step.letter in "su":
            outcome = self.case.attempt(end.send, data, wait=wait)
            self._judge(title, outcome, flow.after_send(step.size, outcome))
        else:
            outcome = self.case.attempt(end.send_all, data, wait=wait)
            self._judge(title, outcome, flow.after_send_all(step.size, outcome))

    def _receive(self, step: Step, end: End, flow: Flow, title: str) -> None:
        if step.letter in "rt":
            wait: Wait = CASE if step.letter == "r" and flow.surely_receives(min(step.size, 1)) else "try"
            outcome = self.case.attempt(end.recv, step.size, wait=wait)
            self._judge(title, outcome, flow.after_receive(step.size, outcome))
        elif step.letter == "e":
            wait = CASE if flow.surely_receives(step.size) else "try"
            outcome = self.case.attempt(end.recv_exact, step.size, wait=wait)
            self._judge(title, outcome, flow.after_receive_exactly(step.size, outcome, tried=wait == "try"))
        else:
            wait = "try" if flow.sending else CASE
            outcome = self.case.attempt(end.recv_to_end, wait=wait)
            self._judge(title, outcome, flow.after_receive_to_end(outcome, tried=wait == "try"))

    def _exchange(self, size: int, sender: End, receiver: End, flow: Flow, title: str) -> None:
        length = flow.queued + size
        if not length:
            return
        receiving = self.case.begin(receiver.recv_exact, length)
        sent = self.case.attempt(sender.send_all, flow.payload(size))
        self._judge(title, sent, flow.after_send_all(size, sent))
        outcome = self.case.attempt(receiving.result)
        self._judge(title, outcome, flow.after_receive_exactly(length, outcome, tried=False))

    def _judge(self, title: str, outcome: object, must: str | None) -> None:
        self.case.check(must is None, f"{title}: {must}; it gave {_told(outcome)}")


def _told(outcome: object) -> str:
    match outcome:
        case Failed():
            return f"{outcome.kind} ({outcome.native})"
        case Data():
            return f"{outcome.length} bytes" + (" and the end" if outcome.end else "")
        case int():
            return f"{outcome} bytes sent"
        case _:
            return "success"
