"""Connecting and accepting: who is found, who waits, who is served."""

from __future__ import annotations

from conformance.party import End, Name
from conformance.payload import Data
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._meeting import QUEUE_LIMIT, fill_queue, meets, waits_for_room
from conformance.scenarios._transfer import MEBIBYTE, WITNESS_MS
from conformance.scenarios.deadlines import GRANULARITY_MS, LATE_MS, SHORT_MS

LOCAL = ("local_socket",)
KINDS = {"name": ("path", "abstract", "namespaced")}
MANY = 12
BURST = 6
ROUNDS = 40


def in_time(case: Case, failed: Failed) -> None:
    """A violation when a deadline of SHORT_MS passed early, or much too late."""
    case.check(failed.elapsed_ms >= SHORT_MS - GRANULARITY_MS, f"it gives up after {SHORT_MS} ms, not before")
    case.check(failed.elapsed_ms < LATE_MS, f"it gives up soon after {SHORT_MS} ms, not after {failed.elapsed_ms} ms")


@scenario("LS-CONN-001", primitives=LOCAL, params=KINDS)
def nobody_is_there(case: Case) -> None:
    """A client that finds nobody is told so and does not wait for somebody."""
    name = case.name()
    with case.decides("LS-CONN-001"):
        case.allowed(f"{name.kind}: {case.fails(case.client.connect, name).kind}", "connect to nobody")


@scenario("LS-CONN-020", primitives=LOCAL)
def links_in_a_circle(case: Case) -> None:
    """Links that lead to each other lead nowhere."""
    case.witness.symlink(case.path("a"), case.path("b"))
    case.witness.symlink(case.path("b"), case.path("a"))
    with case.decides("LS-CONN-020"):
        case.allowed(case.fails(case.client.connect, case.path("a")).kind, "connect through a loop of links")


@scenario("LS-CONN-021", primitives=LOCAL)
def spellings_of_one_path(case: Case) -> None:
    """However a path is spelled, it leads to the same listener."""
    case.witness.make_directory(f"{case.workspace}/d")
    listener = case.server.listen(case.path())
    case.client.chdir(case.workspace)
    with case.decides("LS-CONN-021"):
        for spelling in ("./s", "d/../s", f"{case.workspace}//s", f"{case.workspace}/d/./../s"):
            meets(case, listener, Name("path", spelling))


@scenario("LS-CONN-016", primitives=LOCAL)
def a_file_is_no_listener(case: Case) -> None:
    """A regular file is not connected to."""
    case.witness.write_file(case.path(), "text")
    with case.decides("LS-CONN-016"):
        case.allowed(case.fails(case.client.connect, case.path()).kind, "connect to a regular file")


@scenario("LS-CONN-017", primitives=LOCAL, params={"thing": ("directory", "fifo")})
def a_directory_is_no_listener(case: Case) -> None:
    """A directory or FIFO is not connected to."""
    if case.text("thing") == "directory":
        case.witness.make_directory(str(case.path().value))
    else:
        case.witness.make_fifo(case.path())
    with case.decides("LS-CONN-017"):
        case.allowed(case.fails(case.client.connect, case.path()).kind, f"connect to a {case.text('thing')}")


@scenario("LS-LIFE-021", primitives=LOCAL)
def bound_is_not_listening(case: Case) -> None:
    """A socket that has a name and does not listen refuses."""
    case.witness.bind_only(case.path())
    with case.decides("LS-LIFE-021"):
        case.allowed(case.fails(case.client.connect, case.path()).kind, "connect to a socket that does not listen")


@scenario("LS-CONN-002", primitives=LOCAL)
def connect_needs_no_accept(case: Case) -> None:
    """A client is connected before anybody has accepted it."""
    case.witness.listen(case.path())
    with case.decides("LS-CONN-002"):
        case.client.connect(case.path())


@scenario("LS-CONN-013", primitives=LOCAL, params=KINDS)
def trying_to_connect_with_room(case: Case) -> None:
    """A connect that is tried once succeeds where there is room, and gives a connected stream."""
    listener = case.server.listen(case.name())
    with case.decides("LS-CONN-013"):
        ours = case.client.connect(case.name(), wait="try")
        theirs = listener.accept()
        ours.send_all(b"hello")
        case.check(theirs.recv(10).is_(b"hello"), "the stream leads to the listener")


@scenario("LS-CONN-003", primitives=LOCAL)
def data_before_accept(case: Case) -> None:
    """What a client sends in the queue is there when it is accepted."""
    listener = case.server.listen(case.name())
    ours = case.client.connect(case.name())
    with case.decides("LS-CONN-003"):
        payload = case.pattern(2000)
        ours.send_all(payload)
        case.check(listener.accept().recv_exact(2000).is_(payload), "data sent before the accept arrive after it")


@scenario("LS-CONN-004", primitives=LOCAL)
def client_left_before_accept(case: Case) -> None:
    """What becomes of a client that sent its say and left before anybody looked."""
    listener = case.server.listen(case.name())
    gone = case.client.connect(case.name())
    gone.send_all(b"gone")
    gone.close()
    case.client.connect(case.name()).send_all(b"here")
    with case.decides("LS-CONN-004"):
        first = case.attempt(listener.accept)
        if isinstance(first, Failed):
            case.equal(first.kind, "aborted", "accept of a client that has left")
            case.allowed("aborted")
            return
        data = first.recv_exact(4)
        if data.is_(b"here"):
            case.allowed("passed over")
            return
        case.check(data.is_(b"gone"), "what the client sent arrives")
        case.equal(first.recv_to_end().length, 0, "bytes between the data and the end")
        case.allowed("delivered")


@scenario("LS-CONN-027", "LS-CONN-005", primitives=LOCAL)
def every_client_is_accepted_once(case: Case) -> None:
    """Many clients in the queue are all served, none twice, and in their order."""
    listener = case.server.listen(case.name())
    said = [b"%4d" % number for number in range(MANY)]
    ours = [case.client.connect(case.name()) for _ in said]
    for stream, words in zip(ours, said, strict=True):
        stream.send_all(words)
    with case.decides("LS-CONN-027"):
        heard = [listener.accept().recv_exact(4).bytes for _ in said]
        case.equal(sorted(heard), said, "what the accepted clients said")
    with case.decides("LS-CONN-005"):
        case.equal(heard, said, "what the accepted clients said, in order")


@scenario("LS-CONN-006", primitives=LOCAL)
def connections_are_apart(case: Case) -> None:
    """Every pair of ends has its own data, in both directions."""
    listener = case.server.listen(case.name())
    pairs = [case.connection(listener, case.name()) for _ in range(4)]
    with case.decides("LS-CONN-006"):
        for number, (ours, theirs) in enumerate(pairs):
            ours.send_all(b"to %d" % number)
            theirs.send_all(b"from %d" % number)
        for number, (ours, theirs) in reversed(list(enumerate(pairs))):
            case.equal(theirs.recv(100).bytes, b"to %d" % number, f"what connection {number} received")
            case.equal(ours.recv(100).bytes, b"from %d" % number, f"what client {number} received")


@scenario("LS-CONN-022", primitives=LOCAL, params=KINDS)
def process_connects_to_itself(case: Case) -> None:
    """One process can be both ends."""
    name = case.name()
    listener = case.server.listen(name)
    with case.decides("LS-CONN-022"):
        ours = case.server.connect(name)
        theirs = listener.accept()
        for sender, receiver in ((ours, theirs), (theirs, ours)):
            sender.send_all(b"hello")
            case.check(receiver.recv(10).is_(b"hello"), "data arrive at the other end")


@scenario("LS-CONN-029", primitives=LOCAL)
def silent_client_is_no_obstacle(case: Case) -> None:
    """Who says nothing is let in and waited for by nobody else."""
    listener = case.server.listen(case.name())
    case.witness.connect(case.name(), wait=WITNESS_MS)
    with case.decides("LS-CONN-029"):
        silent = listener.accept()
        meets(case, listener, case.name())
        silent.close()


@scenario("LS-CONN-028", primitives=LOCAL, params={"how": ("closed", "killed")})
def dead_clients_do_no_harm(case: Case) -> None:
    """After clients that left before they were accepted, the next one is served."""
    listener = case.server.listen(case.name())
    crowd = case.party("crowd")
    left = [crowd.connect(case.name()) for _ in range(MANY)]
    if case.text("how") == "killed":
        case.die(crowd)
    else:
        for stream in left:
            stream.close()
    ours = case.client.connect(case.name())
    ours.send_all(b"alive")
    with case.decides("LS-CONN-028"):
        for _ in range(MANY + 1):
            theirs = case.attempt(listener.accept)
            if isinstance(theirs, Failed):
                case.equal(theirs.kind, "aborted", "accept of a client that has left")
                continue
            heard = case.attempt(theirs.recv, 10)
            if isinstance(heard, Data) and heard.is_(b"alive"):
                return
        case.check(False, "the client that stayed is served")


@scenario("LS-CONN-032", primitives=LOCAL)
def client_after_client(case: Case) -> None:
    """A flood of short visits does not wear a listener out."""
    listener = case.server.listen(case.name())
    with case.decides("LS-CONN-032"):
        for _ in range(ROUNDS):
            ours, theirs = case.connection(listener, case.name())
            ours.close()
            theirs.close()
        meets(case, listener, case.name())


@scenario("LS-CONC-004", primitives=LOCAL)
def burst_of_clients(case: Case) -> None:
    """Several processes connect at the same moment, and all of them are served."""
    listener = case.server.listen(case.name(), backlog=4 * BURST)
    crowd = [case.party(f"client{number}") for number in range(BURST)]
    for client in crowd:
        # A process is started by its first request; only then do they connect at the same moment.
        case.attempt(client.connect, case.name("nobody"))
    with case.decides("LS-CONC-004"):
        connecting = [case.begin(client.connect, case.name()) for client in crowd]
        said = [b"%4d" % number for number in range(BURST)]
        for pending, words in zip(connecting, said, strict=True):
            pending.result().send_all(words)
        heard = [listener.accept().recv_exact(4).bytes for _ in crowd]
        case.equal(sorted(heard), said, "what the accepted clients said")


@scenario("LS-CONN-030", primitives=LOCAL)
def accept_waits_for_a_client(case: Case) -> None:
    """An accept that came first is still there when the client comes."""
    listener = case.server.listen(case.name())
    accepting = case.begin(listener.accept)
    with case.decides("LS-CONN-030"):
        case.check(accepting.blocked(), "an accept without a client waits")
        ours = case.client.connect(case.name())
        theirs = accepting.result()
        ours.send_all(b"hello")
        case.check(theirs.recv(10).is_(b"hello"), "the accepted stream is that of the client")


@scenario("LS-CONN-031", primitives=LOCAL)
def accept_keeps_its_deadline(case: Case) -> None:
    """An accept that finds nobody gives up when it said it would."""
    listener = case.server.listen(case.name())
    with case.decides("LS-CONN-031"):
        in_time(case, case.fails(listener.accept, wait=SHORT_MS))


@scenario("LS-CONN-007", primitives=LOCAL)
def full_queue(case: Case) -> None:
    """What a connect without a deadline does where the queue is full."""
    case.server.listen(case.name(), backlog=1)
    fill_queue(case, case.name())
    with case.decides("LS-CONN-007"):
        connecting = case.begin(case.client.connect, case.name())
        if connecting.blocked(150):
            case.observe("waits")
            return
        outcome = case.attempt(connecting.result)
        case.observe(outcome.kind if isinstance(outcome, Failed) else "succeeds")


@scenario("LS-CONN-012", primitives=LOCAL, params={"backlog": (1, 5)})
def room_in_the_queue(case: Case) -> None:
    """How many connections a queue of a given length really takes."""
    case.server.listen(case.name(), backlog=case.number("backlog"))
    with case.decides("LS-CONN-012"):
        case.observe(str(fill_queue(case, case.name())))


@scenario("LS-CONN-008", primitives=LOCAL)
def trying_a_full_queue(case: Case) -> None:
    """Every stream that a tried connect returns is connected, and when the queue is full it returns none."""
    listener = case.server.listen(case.name(), backlog=1)
    made = 0
    with case.decides("LS-CONN-008"):
        while made < QUEUE_LIMIT:
            outcome = case.attempt(case.client.connect, case.name(), wait="try")
            if isinstance(outcome, Failed):
                case.allowed(outcome.kind, "connect to a full queue")
                break
            outcome.send_all(b"%4d" % made)
            made += 1
        else:
            case.cannot_tell(f"{QUEUE_LIMIT} connections that nobody accepted did not fill the queue")
        heard = [listener.accept().recv_exact(4).bytes for _ in range(made)]
        case.equal(sorted(heard), [b"%4d" % number for number in range(made)], "what the accepted clients said")


@scenario("LS-CONN-009", primitives=LOCAL)
def deadline_on_a_full_queue(case: Case) -> None:
    """A connect that finds no room gives up when it said it would, and pretends nothing."""
    case.server.listen(case.name(), backlog=1)
    fill_queue(case, case.name())
    with case.decides("LS-CONN-009"):
        failed = case.fails(case.client.connect, case.name(), wait=SHORT_MS)
        case.allowed(failed.kind, "connect to a full queue")
        if failed.kind == "timed_out":
            in_time(case, failed)


@scenario("LS-CONN-010", primitives=LOCAL)
def room_is_made(case: Case) -> None:
    """A connect that waits gets in when somebody is let in before it."""
    listener = case.server.listen(case.name(), backlog=1)
    with case.decides("LS-CONN-010"):
        case.connection(listener, case.name())
        waiting = fill_queue(case, case.name())
        connecting = case.begin(case.client.connect, case.name())
        waits_for_room(case, connecting)
        for _ in range(waiting):
            listener.accept()
        ours, theirs = connecting.result(), listener.accept()
        ours.send_all(b"hello")
        case.check(theirs.recv(10).is_(b"hello"), "the stream leads to the listener")


@scenario("LS-CONN-011", primitives=LOCAL)
def listener_closes_on_who_waits(case: Case) -> None:
    """A connect that waits in vain is told so."""
    listener = case.server.listen(case.name(), backlog=1)
    case.connection(listener, case.name())
    fill_queue(case, case.name())
    connecting = case.begin(case.client.connect, case.name())
    with case.decides("LS-CONN-011"):
        waits_for_room(case, connecting, may_fail=True)
        listener.close()
        case.allowed(case.fails(connecting.result).kind, "connect to a listener that closes")


@scenario("LS-CONN-025", primitives=LOCAL, params={"how": ("gave_up", "killed")})
def failed_connect_leaves_nothing(case: Case) -> None:
    """A client that did not get in is not in the queue."""
    listener = case.server.listen(case.name(), backlog=1)
    waiting = fill_queue(case, case.name())
    if case.text("how") == "gave_up":
        case.fails(case.client.connect, case.name(), wait=SHORT_MS)
    else:
        case.begin(case.client.connect, case.name(), wait=None).blocked()
        case.die(case.client)
    for _ in range(waiting):
        listener.accept()
    with case.decides("LS-CONN-025"):
        nobody: End | Failed = case.attempt(listener.accept, wait=SHORT_MS)
        case.check(isinstance(nobody, Failed), "nobody is left to be accepted")


@scenario("LS-CONN-033", primitives=LOCAL)
def deadline_ends_with_the_connect(case: Case) -> None:
    """A stream that was connected in time waits for data, and for room, as long as any other."""
    listener = case.server.listen(case.name(), backlog=1)
    waiting = fill_queue(case, case.name())
    connecting = case.begin(case.client.connect, case.name(), wait=SHORT_MS)
    connecting.blocked()
    listener.accept()
    ours = case.attempt(connecting.result)
    if isinstance(ours, Failed):
        # Too late on a busy machine, or refused at once where a full queue refuses; now there is room.
        ours = case.client.connect(case.name(), wait=SHORT_MS)
    theirs = [listener.accept() for _ in range(waiting)][-1]
    flood = case.pattern(MEBIBYTE)
    with case.decides("LS-CONN-033"):
        receiving = case.begin(ours.recv, 10, wait=None)
        case.check(receiving.blocked(2 * SHORT_MS), "a receive waits though the connect's deadline has passed")
        theirs.send_all(b"hello")
        case.check(receiving.result().is_(b"hello"), "what comes later is received")
        sending = case.begin(ours.send_all, flood, wait=None)
        case.check(sending.blocked(2 * SHORT_MS), "a send waits though the connect's deadline has passed")
        case.check(theirs.recv_exact(MEBIBYTE).is_(flood), "what waited for room arrives")
        sending.result()
