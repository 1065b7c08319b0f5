"""What a byte stream may answer next: the model that every sequence of operations is compared with.

It says no more than POSIX decides. How many bytes fit, how many one call moves, which error follows a reset:
there every answer passes, and the model goes on from what was answered.
Each judgement is None, or what would have to be so.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance import shape
from conformance.payload import Data, Pattern, received
from conformance.transport import Failed

# _POSIX_PIPE_BUF: no pipe is smaller, and a write of so many bytes to one is atomic (POSIX.1-2024 <limits.h>, write()).
ROOM = 512


@dataclass(slots=True)
class Flow:
    """One direction of a channel: what went in, what came out, and who is left at its ends.

    `torn`: the sending side was closed with data unread that came the other way; a socket may then report a reset
    in place of what was on its way (POSIX.1-2024 recv(), ECONNRESET).
    """

    seed: int
    atomic: bool
    sent: int = 0
    taken: int = 0
    sending: bool = True
    receiving: bool = True
    torn: bool = False

    @property
    def queued(self) -> int:
        """Bytes that were sent and not yet received."""
        return self.sent - self.taken

    @property
    def healthy(self) -> bool:
        """Whether both sides are there."""
        return self.sending and self.receiving

    def payload(self, length: int) -> Pattern:
        """The next bytes to send."""
        return Pattern(self.seed, length, self.sent)

    def waiting(self, length: int) -> Pattern:
        """The next bytes to receive."""
        return Pattern(self.seed, length, self.taken)

    # when a blocking call cannot block

    def surely_sends(self, length: int) -> bool:
        """Whether sending so many bytes has to end without anybody receiving."""
        return length > 0 and (not self.healthy or self.queued + length <= ROOM)

    def surely_receives(self, least: int) -> bool:
        """Whether receiving at least so many bytes has to end without anybody sending."""
        return least > 0 and (self.queued >= least or not self.sending)

    # what may be answered

    def after_send(self, length: int, outcome: int | Failed) -> str | None:
        """Judge one send of so many bytes."""
        if isinstance(outcome, Failed):
            return self._send_failed(length, outcome.kind, self.queued == 0 or self.surely_sends(length))
        if not min(length, 1) <= outcome <= length:
            return (
                f"a send that succeeds says that it sent 1 to {length} bytes" if length else "nothing sent is 0 bytes"
            )
        if self.atomic and length <= ROOM and outcome != length:
            return f"a pipe takes {length} bytes, which are not more than PIPE_BUF, whole or not at all"
        return self._went(outcome)

    def after_send_all(self, length: int, outcome: int | Failed) -> str | None:
        """Judge a send of everything."""
        if not isinstance(outcome, Failed):
            return self._went(outcome) if outcome == length else f"success means that all {length} bytes were sent"
        went = shape.whole(outcome.fields.get("sent"))
        if went is None or not 0 <= went < max(length, 1):
            return f"an error of send_all says how many bytes were sent before it, less than {length}"
        wrong = self._send_failed(length, outcome.kind, self.surely_sends(length))
        if self.healthy:
            self.sent += went
        return wrong

    def after_receive(self, limit: int, outcome: Data | Failed) -> str | None:
        """Judge one receive of at most so many bytes."""
        if isinstance(outcome, Failed):
            return self._receive_failed(outcome.kind, limit == 0 or (self.sending and not self.queued))
        if outcome.length > limit:
            return f"a receive gives at most the {limit} bytes that were asked for"
        if limit and not outcome.length and not outcome.end:
            return "a receive gives at least one byte, or the end"
        return self._came(outcome)

    def after_receive_exactly(self, length: int, outcome: Data | Failed, *, tried: bool) -> str | None:
        """Judge a receive of exactly so many bytes."""
        if not isinstance(outcome, Failed):
            return self._came(outcome) if outcome.length == length else f"success means {length} bytes"
        before = _received_before(outcome)
        if before is None or before.length >= max(length, 1):
            return f"an error of recv_exact carries what was received before it, less than {length} bytes"
        blocks = tried and (before.length > 0 or length == 0 or (self.sending and not self.queued))
        enough = self.queued >= length
        wrong = self._came(before)
        if wrong is None and outcome.kind == "end":
            return self._ended() or (f"{length} bytes were there" if enough else None)
        return wrong or self._receive_failed(outcome.kind, blocks)

    def after_receive_to_end(self, outcome: Data | Failed, *, tried: bool) -> str | None:
        """Judge a receive until the end."""
        if not isinstance(outcome, Failed):
            return self._came(outcome) if outcome.end else "success means that the stream ended"
        before = _received_before(outcome)
        if before is None:
            return "an error of recv_to_end carries what was received before it"
        blocks = tried and (before.length > 0 or (self.sending and not self.queued))
        return self._came(before) or self._receive_failed(outcome.kind, blocks)

    # the rules themselves

    def _went(self, count: int) -> str | None:
        self.sent += count
        if self.healthy or not count:
            return None
        return "sending fails where " + ("nobody can receive" if self.sending else "sending was shut down")

    def _send_failed(self, length: int, kind: str, room: bool) -> str | None:
        if not length:
            return None  # POSIX leaves open what sending nothing does on a pipe, and to a peer that is gone
        if not self.healthy:
            kinds = ("broken_pipe",) if self.atomic else ("broken_pipe", "reset")
            return None if kind in kinds else f"sending where nobody receives fails with {' or '.join(kinds)}"
        if kind != "would_block":
            return "both sides are open, and sending does not fail"
        return "sending would block only while the channel is full" if room else None

    def _receive_failed(self, kind: str, blocks: bool) -> str | None:
        if kind == "reset" and self.torn:
            return None
        if kind != "would_block":
            return "receiving does not fail"
        return None if blocks else "receiving would block only while nothing has arrived and a sender is left"

    def _came(self, data: Data) -> str | None:
        if data.length > self.queued:
            return f"no more arrives than the {self.queued} bytes that are on their way"
        if not data.is_(self.waiting(data.length)):
            return "what arrives are the next bytes that were sent, in order and unchanged"
        self.taken += data.length
        return self._ended() if data.end else None

    def _ended(self) -> str | None:
        if self.sending:
            return "the stream ends only after the last sender has closed"
        if self.queued and not self.torn:
            return f"the stream ends only after its last byte; {self.queued} more were sent"
        return None


def _received_before(failed: Failed) -> Data | None:
    value = shape.table(failed.fields.get("received"))
    try:
        return None if value is None else received(value, failed.elapsed_ms)
    except ValueError:
        return None
