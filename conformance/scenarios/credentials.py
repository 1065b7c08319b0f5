"""Who is at the other end: process, user and group of another process.

An agent leaves out what its platform does not know; what it says has to be true.
"""

from __future__ import annotations

from conformance.party import Credentials, End, Identity, Party
from conformance.scenario import Case, Failed, scenario

LOCAL = ("local_socket",)


def user(who: Credentials | Identity) -> tuple[int | None, int | None]:
    """User and group."""
    return who.uid, who.gid


def another_user(case: Case, party: Party) -> Identity:
    """Who the party was before it became somebody else; ends the case where that cannot be seen."""
    before = party.identity()
    party.drop_privileges()
    if user(party.identity()) == user(before):
        case.cannot_tell("the harness is not root, so nobody can become somebody else")
    return before


@scenario("LS-CRED-001", primitives=LOCAL)
def server_learns_the_process(case: Case) -> None:
    """Who accepts a connection learns which process made it."""
    _, theirs = case.streams()
    client = case.client.identity()
    with case.decides("LS-CRED-001"):
        case.equal(theirs.peer_credentials().pid, client.pid, "the process that connected")


@scenario("LS-CRED-002", primitives=LOCAL, params={"client": ("same_user", "dropped")})
def server_learns_user_and_group(case: Case) -> None:
    """Who accepts a connection learns whose process made it, also when it is another user's."""
    if case.text("client") == "dropped":
        case.client.drop_privileges()
    listener = case.server.listen(case.path())
    case.witness.chmod(case.path(), 0o777)
    _, theirs = case.connection(listener, case.path())
    client = case.client.identity()
    with case.decides("LS-CRED-002"):
        case.equal(user(theirs.peer_credentials()), user(client), "user and group of the process that connected")


@scenario("LS-CRED-004", primitives=LOCAL)
def client_becomes_somebody_else(case: Case) -> None:
    """A client that drops its privileges is still who it was when it connected."""
    ours, theirs = case.streams()
    before = another_user(case, case.client)
    ours.send_all(b"!")
    theirs.recv(1)
    with case.decides("LS-CRED-004"):
        case.equal(user(theirs.peer_credentials()), user(before), "user and group at connect")


@scenario("LS-CRED-016", primitives=LOCAL)
def server_becomes_somebody_else(case: Case) -> None:
    """A server that drops its privileges is still who it was when it began to listen."""
    listener = case.server.listen(case.path())
    before = another_user(case, case.server)
    ours, _ = case.connection(listener, case.path())
    with case.decides("LS-CRED-016"):
        case.equal(user(ours.peer_credentials()), user(before), "user and group at listen")


@scenario("LS-CRED-005", primitives=LOCAL)
def heir_of_a_stream_sends(case: Case) -> None:
    """A child that was handed a connected stream does not become the peer."""
    ours, theirs = case.streams()
    client = case.client.identity()
    child = case.client.spawn(ours)
    child.adopt(child.token(ours), "stream").send_all(b"!")
    theirs.recv(1)
    with case.decides("LS-CRED-005"):
        names = {client.pid: "who connected", None: "who connected", child.pid: "who sends"}
        pid = theirs.peer_credentials().pid
        case.allowed(names.get(pid, f"process {pid}"), "the peer")


@scenario("LS-CRED-008", primitives=LOCAL, params={"how": ("kill", "exit")})
def client_that_has_ended(case: Case) -> None:
    """Who a client was is still known when its process is gone."""
    ours, theirs = case.streams()
    client = case.client.identity()
    ours.send_all(b"!")
    theirs.recv(1)
    case.die(case.client, case.text("how"))
    with case.decides("LS-CRED-008"):
        peer = case.attempt(theirs.peer_credentials)
        if isinstance(peer, Failed):
            case.allowed(peer.kind, "credentials of a process that has ended")
            return
        case.equal(user(peer), user(client), "user and group at connect")
        case.check(peer.pid in (client.pid, None), f"the process that connected was {client.pid}, not {peer.pid}")
        case.allowed("as at connect")


@scenario("LS-CRED-011", primitives=LOCAL)
def client_learns_the_server(case: Case) -> None:
    """Who connects learns who listens."""
    ours, _ = case.streams()
    server = case.server.identity()
    with case.decides("LS-CRED-011"):
        peer = ours.peer_credentials()
        case.equal(user(peer), user(server), "user and group of the process that listens")
        case.check(peer.pid in (server.pid, None), f"the process that listens is {server.pid}, not {peer.pid}")
        case.allowed("process unknown" if peer.pid is None else "process known", "the process that listens")


@scenario("LS-CRED-014", primitives=LOCAL)
def heir_of_a_listener_accepts(case: Case) -> None:
    """A child that was handed a listener does not become the server for those who connect."""
    listener = case.server.listen(case.path())
    server = case.server.identity()
    child = case.server.spawn(listener)
    adopted = child.adopt_listener(child.token(listener))
    ours = case.client.connect(case.path())
    adopted.accept().send_all(b"!")
    ours.recv(1)
    with case.decides("LS-CRED-014"):
        names = {server.pid: "who listens", None: "who listens", child.pid: "who accepts"}
        pid = ours.peer_credentials().pid
        case.allowed(names.get(pid, f"process {pid}"), "the peer")


@scenario("LS-CRED-015", primitives=LOCAL)
def every_client_is_itself(case: Case) -> None:
    """Of two clients on one listener, each is known as itself."""
    listener = case.server.listen(case.path())
    case.witness.chmod(case.path(), 0o777)
    clients = [case.party("first"), case.party("second")]
    clients[1].drop_privileges()
    accepted: list[End] = []
    for client in clients:
        client.connect(case.path())
        accepted.append(listener.accept())
    known = [client.identity() for client in clients]
    with case.decides("LS-CRED-015"):
        for stream, who in zip(accepted, known, strict=True):
            peer = stream.peer_credentials()
            case.check(peer.pid in (who.pid, None), f"the process of this connection is {who.pid}, not {peer.pid}")
            case.equal(user(peer), user(who), "user and group of this client")


@scenario("LS-CRED-013", primitives=LOCAL)
def peer_of_a_listener(case: Case) -> None:
    """What a listener says when it is asked who is at its other end."""
    listener = case.server.listen(case.path())
    server = case.server.identity()
    with case.decides("LS-CRED-013"):
        peer = case.attempt(listener.peer_credentials)
        if isinstance(peer, Failed):
            case.observe(peer.kind)
        elif peer.pid == server.pid:
            case.observe("its own process")
        else:
            case.observe("nobody" if peer.pid in (0, None) else "another process")
