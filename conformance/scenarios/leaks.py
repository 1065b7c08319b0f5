"""What is left of operations that ended: descriptors, threads, files; and what happens when descriptors run out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from conformance.party import End, Party
from conformance.scenario import Case, scenario
from conformance.scenarios._between import made_fifo, this_side
from conformance.scenarios.fifo import opens
from conformance.scenarios.inheritance import both_ends

SOCKET = ("local_socket",)
PIPE = ("unnamed_pipe",)
FIFO = ("fifo",)
CHANNELS = (*SOCKET, *PIPE, *FIFO)
ROUNDS = 100
WAITING_ROUNDS = 40
SPAWNING_ROUNDS = 3
THREADS = 10
"""Threads that may stay, such as a pool's; far fewer than the rounds, each of which would leave one."""


def in_vain(outcome: object) -> None:
    """What was to fail and did not is nobody's leak: it is closed."""
    if isinstance(outcome, End):
        outcome.close()


def keeps_its_descriptors(
    case: Case, requirement: str, once: Callable[[], object], rounds: int, *parties: Party
) -> None:
    """A violation when descriptors become more the longer rounds go on.

    The rounds have to work. What an implementation opens once and keeps is no leak, whenever it opens it.
    """
    once()
    before = [party.resources().descriptors for party in parties]
    after = _after(once, rounds, parties)
    if any(now > then for then, now in zip(before, after, strict=True)):
        before, after = after, _after(once, rounds, parties)
    with case.decides(requirement):
        for party, then, now in zip(parties, before, after, strict=True):
            case.check(now <= then, f"in {rounds} rounds the {party.role} comes from {then} descriptors to {now}")


def _after(once: Callable[[], object], rounds: int, parties: Sequence[Party]) -> list[int]:
    for _ in range(rounds):
        once()
    return [party.resources().descriptors for party in parties]


@scenario("LS-LEAK-001", primitives=SOCKET)
def connections_come_and_go(case: Case) -> None:
    """Connections leave nothing open at either end."""
    listener = case.server.listen(case.name())

    def once() -> None:
        ours, theirs = case.connection(listener, case.name())
        ours.send_all(b"x")
        theirs.recv(1)
        theirs.close()
        ours.close()

    keeps_its_descriptors(case, "LS-LEAK-001", once, ROUNDS, case.server, case.client)


@scenario("LS-LEAK-002", primitives=SOCKET, params={"what": ("missing", "stale")})
def connects_in_vain(case: Case) -> None:
    """Connects that fail leave nothing open."""
    if case.text("what") == "stale":
        case.witness.bind_only(case.path())
    keeps_its_descriptors(
        case, "LS-LEAK-002", lambda: in_vain(case.attempt(case.client.connect, case.path())), ROUNDS, case.client
    )


@scenario("LS-LEAK-003", primitives=SOCKET)
def listens_in_vain(case: Case) -> None:
    """Listens on a name that is taken leave nothing open."""
    case.server.listen(case.path())
    keeps_its_descriptors(
        case, "LS-LEAK-003", lambda: in_vain(case.attempt(case.client.listen, case.path())), ROUNDS, case.client
    )
    keeps_its_descriptors(
        case, "LS-LEAK-003", lambda: in_vain(case.attempt(case.server.listen, case.path())), ROUNDS, case.server
    )


@scenario("LS-LEAK-010", primitives=SOCKET)
def listeners_come_and_go(case: Case) -> None:
    """Listeners that are closed leave nothing open, clients or not."""

    words = (case.name(f"s{number}") for number in itertools.count())

    def once() -> None:
        name = next(words)
        listener = case.server.listen(name)
        case.client.connect(name).close()
        listener.close()

    keeps_its_descriptors(case, "LS-LEAK-010", once, ROUNDS, case.server, case.client)


@scenario("LS-LEAK-004", primitives=SOCKET)
def no_descriptor_for_an_accept(case: Case) -> None:
    """Without a free descriptor accept fails, and with one the listener serves again."""
    listener = case.server.listen(case.name())
    for _ in range(2):  # as many as attempts: some systems drop the client that could not be accepted
        case.client.connect(case.name())
    case.server.exhaust_descriptors(0)
    with case.decides("LS-LEAK-004"):
        for _ in range(2):
            case.equal(case.fails(listener.accept).kind, "exhausted", "accepting without a free descriptor")
        case.server.release_descriptors()
        case.party("later").connect(case.name())
        listener.accept()


@scenario("LS-LEAK-005", primitives=SOCKET)
def no_descriptor_for_a_connect(case: Case) -> None:
    """Without a free descriptor connect fails, and with one it works."""
    listener = case.server.listen(case.name())
    case.client.exhaust_descriptors(0)
    with case.decides("LS-LEAK-005"):
        for _ in range(2):
            failed = case.fails(case.client.connect, case.name())
            case.equal(failed.kind, "exhausted", "connecting without a free descriptor")
        case.client.release_descriptors()
        ours, theirs = case.connection(listener, case.name())
        ours.send_all(b"x")
        case.check(theirs.recv(1).is_(b"x"), "the first that is accepted is the connection that was made")


@scenario("LS-LEAK-007", primitives=SOCKET)
def nothing_is_left_behind(case: Case) -> None:
    """When everything is closed, the directory of the listeners is empty."""
    listeners = [case.server.listen(case.path(word)) for word in ("one", "two", "three")]
    ends = [end for each, word in zip(listeners, ("one", "two", "three"), strict=True)
            for end in case.connection(each, case.path(word))]  # fmt: skip
    with case.decides("LS-LEAK-007"):
        for end in (*ends, *listeners):
            end.close()
        case.equal(case.witness.list(case.workspace), (), "what is in the directory")


@scenario("LS-LEAK-009", primitives=SOCKET)
def no_descriptor_for_a_listener(case: Case) -> None:
    """Without a free descriptor listen fails and leaves no file, and with one it works."""
    path = case.path()
    case.server.exhaust_descriptors(0)
    with case.decides("LS-LEAK-009"):
        case.equal(case.fails(case.server.listen, path).kind, "exhausted", "listening without a free descriptor")
        case.equal(case.witness.list(case.workspace), (), "what is in the directory")
        case.server.release_descriptors()
        case.connection(case.server.listen(path), path)


@scenario("UP-LIFE-001", primitives=PIPE)
def pipes_come_and_go(case: Case) -> None:
    """Pipes leave nothing open, also when there is room for one end only."""

    def once() -> None:
        for end in case.server.pipe():
            end.close()

    keeps_its_descriptors(case, "UP-LIFE-001", once, ROUNDS, case.server)
    with case.decides("UP-LIFE-001"):
        before = case.server.resources().descriptors
        case.server.exhaust_descriptors(1)
        for _ in range(2):
            case.equal(case.fails(case.server.pipe).kind, "exhausted", "making a pipe with one free descriptor")
        case.server.release_descriptors()
        case.equal(case.server.resources().descriptors, before, "descriptors after pipes that could not be made")
        receiver, sender = case.server.pipe()
        sender.send_all(b"x")
        case.check(receiver.recv(1).is_(b"x"), "a pipe that is made afterwards works")


@scenario("FF-LEAK-001", primitives=FIFO)
def fifo_ends_come_and_go(case: Case) -> None:
    """Ends of a FIFO leave nothing open when they are closed or could not be opened."""
    path = made_fifo(case)

    def once() -> None:
        for end in case.fifo_ends(path):
            end.close()
        in_vain(case.attempt(case.client.open_fifo, case.path("missing"), "receiver"))
        if case.mode == "nonblocking":
            in_vain(case.attempt(case.client.open_fifo, path, "sender", wait="try"))

    keeps_its_descriptors(case, "FF-LEAK-001", once, WAITING_ROUNDS, case.server, case.client)


@scenario("FF-LEAK-002", primitives=FIFO)
def no_descriptor_for_a_fifo(case: Case) -> None:
    """Without a free descriptor an end cannot be opened, and with one it can."""
    path = made_fifo(case)
    case.server.exhaust_descriptors(0)
    with case.decides("FF-LEAK-002"):
        failed = case.fails(case.server.open_fifo, path, "receiver", wait="try")
        case.equal(failed.kind, "exhausted", "opening without a free descriptor")
        case.server.release_descriptors()
        case.server.open_fifo(path, "receiver", wait="try")
        opens(case, case.client, path, "sender")


@scenario("XC-LEAK-003", primitives=CHANNELS)
def deadlines_that_pass(case: Case) -> None:
    """Operations that time out leave nothing open."""
    receiver, _sender = case.channel()
    keeps_its_descriptors(
        case, "XC-LEAK-003", lambda: case.attempt(receiver.recv, 1, wait=1), WAITING_ROUNDS, case.server
    )


@scenario("XC-LEAK-003", primitives=SOCKET)
def accepts_that_time_out(case: Case) -> None:
    """Accepts that time out leave nothing open."""
    listener = case.server.listen(case.name())
    keeps_its_descriptors(
        case, "XC-LEAK-003", lambda: in_vain(case.attempt(listener.accept, wait=1)), WAITING_ROUNDS, case.server
    )


@scenario("XC-LEAK-003", primitives=FIFO, params={"end": ("receiver", "sender")})
def opens_that_time_out(case: Case) -> None:
    """Opens that time out leave nothing open."""
    path = made_fifo(case)

    def once() -> None:
        in_vain(case.attempt(case.client.open_fifo, path, this_side(case), wait=1))

    keeps_its_descriptors(case, "XC-LEAK-003", once, WAITING_ROUNDS, case.client)


@scenario("XC-LEAK-004", primitives=CHANNELS)
def waiting_leaves_no_threads(case: Case) -> None:
    """Receives that had to wait leave no threads behind, but for a few that may stay."""
    receiver, sender = case.channel()

    def once() -> None:
        receiving = case.begin(receiver.recv, 1)
        sender.send_all(b"x")
        receiving.result()

    once()
    with case.decides("XC-LEAK-004"):
        before = case.server.resources().threads
        for _ in range(WAITING_ROUNDS):
            once()
        grown = case.server.resources().threads - before
        case.check(grown <= THREADS, f"{WAITING_ROUNDS} receives leave at most {THREADS} threads, not {grown}")


@scenario("XC-LEAK-004", primitives=FIFO, params={"end": ("receiver", "sender")}, modes=("deadline",))
def opens_that_time_out_leave_no_threads(case: Case) -> None:
    """Opens whose deadline passed leave no threads that go on waiting, but for a few that may stay."""
    path = made_fifo(case)
    case.attempt(case.client.open_fifo, path, this_side(case), wait=1)
    with case.decides("XC-LEAK-004"):
        before = case.client.resources().threads
        for _ in range(WAITING_ROUNDS):
            case.attempt(case.client.open_fifo, path, this_side(case), wait=1)
        grown = case.client.resources().threads - before
        case.check(grown <= THREADS, f"{WAITING_ROUNDS} opens leave at most {THREADS} threads, not {grown}")


@scenario("XC-LEAK-005", primitives=SOCKET)
def passed_descriptors_come_and_go(case: Case) -> None:
    """Descriptors that were passed and closed leave nothing open at either end."""
    ours, theirs = case.streams()

    def once() -> None:
        pipe = case.client.pipe()
        ours.send_descriptors(b"x", pipe)
        for end in (*pipe, *theirs.recv_descriptors(1, 2).ends):
            end.close()

    keeps_its_descriptors(case, "XC-LEAK-005", once, WAITING_ROUNDS, case.server, case.client)


@scenario("XC-LEAK-006", primitives=SOCKET)
def duplicates_and_halves_come_and_go(case: Case) -> None:
    """Duplicates that were split and put together leave nothing open when they are closed."""
    ours, _theirs = case.streams()

    def once() -> None:
        twin = ours.duplicate()
        case.client.unsplit(*twin.split()).close()
        for half in ours.duplicate().split():
            half.close()

    keeps_its_descriptors(case, "XC-LEAK-006", once, WAITING_ROUNDS, case.client)


@scenario("XC-LEAK-007", primitives=PIPE)
def children_come_and_go(case: Case) -> None:
    """Children that were handed a pipe and have ended leave nothing open."""

    def once() -> None:
        pipe = both_ends(case)
        case.server.spawn(*pipe).end()
        for end in pipe:
            end.close()

    keeps_its_descriptors(case, "XC-LEAK-007", once, SPAWNING_ROUNDS, case.server)
