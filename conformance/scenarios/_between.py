"""One channel among several processes, and an outcome in a word."""

from __future__ import annotations

from typing import Literal

from conformance.party import End, Name, Party
from conformance.scenario import Case, Failed

Side = Literal["receiver", "sender"]
PASSING = ("descriptor_passing", "local_socket", "local_socket.path")
"""What an agent needs so that an unnamed pipe can reach a process that its maker did not start."""


def hand_over(case: Case, end: End, party: Party) -> End:
    """The same end in another process, passed to it over a local socket that is closed again."""
    name = case.path(f"to-{party.role}")
    listener = end.party.listen(name)
    theirs = party.connect(name, wait=None)
    ours = listener.accept(wait=None)
    ours.send_descriptors(b"x", [end], wait=None)
    (passed,) = theirs.recv_descriptors(1, 1, wait=None).ends
    for each in (ours, theirs, listener):
        each.close()
    return passed


def senders(case: Case, *parties: Party) -> tuple[End, list[End]]:
    """A pipe or FIFO: its receiver in the server, and a sender in each of `parties` and nowhere else."""
    if case.primitive == "fifo":
        path = made_fifo(case)
        opening = case.begin(case.server.open_fifo, path, "receiver", wait=None)
        theirs = [party.open_fifo(path, "sender", wait=None) for party in parties]
        return opening.result(), theirs
    receiver, sender = case.server.pipe()
    theirs = [hand_over(case, sender, party) for party in parties]
    sender.close()
    return receiver, theirs


def receivers(case: Case, *parties: Party) -> tuple[list[End], End]:
    """A pipe or FIFO: its sender in the server, and a receiver in each of `parties` and nowhere else."""
    if case.primitive == "fifo":
        path = made_fifo(case)
        opening = case.begin(case.server.open_fifo, path, "sender", wait=None)
        theirs = [party.open_fifo(path, "receiver", wait=None) for party in parties]
        return theirs, opening.result()
    receiver, sender = case.server.pipe()
    theirs = [hand_over(case, receiver, party) for party in parties]
    receiver.close()
    return theirs, sender


def made_fifo(case: Case, word: str = "fifo") -> Name:
    """The path of a FIFO that the server has just made."""
    path = case.path(word)
    case.server.make_fifo(path)
    return path


def this_side(case: Case) -> Side:
    """The end of a FIFO that the parameter `end` names."""
    return "receiver" if case.text("end") == "receiver" else "sender"


def other_side(case: Case) -> Side:
    """The end of a FIFO that the parameter `end` does not name."""
    return "sender" if case.text("end") == "receiver" else "receiver"


def word(outcome: object) -> str:
    """What became of an attempt: the kind of its error, or `ok`."""
    return outcome.kind if isinstance(outcome, Failed) else "ok"
