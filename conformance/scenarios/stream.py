"""What a byte stream promises: every byte, once, in order, and an end."""

from __future__ import annotations

from conformance.scenario import Case, scenario

CHANNELS = ("local_socket", "unnamed_pipe", "fifo")


@scenario("LS-IO-001", primitives=CHANNELS, params={"size": (1, 4096, 70000)})
def bytes_arrive_in_order(case: Case) -> None:
    """What is sent arrives: every byte once, in order, nothing added."""
    receiver, sender = case.channel()
    payload = case.pattern(case.number("size"))
    with case.decides("LS-IO-001"):
        receiving = case.begin(receiver.recv_exact, payload.length)
        sender.send_all(payload)
        case.check(receiving.result().is_(payload), "exactly the bytes that were sent arrive")
