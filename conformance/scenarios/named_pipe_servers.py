"""What a named pipe of Windows promises for names, instances, directions, processes and security."""

from __future__ import annotations

from conformance.named_pipe import Direction, connect_pipe, listen_pipe
from conformance.party import Name
from conformance.scenario import Case, scenario
from conformance.scenarios._transfer import arrives, ending
from conformance.scenarios.named_pipe import LIMITED, ONE_WAY, PIPE, ends

LONGEST = 256
"""Characters of a whole pipe path, by the documentation of CreateNamedPipe."""


@scenario("WP-DIR-001", primitives=PIPE, params={"direction": ("in", "out")}, needs=("named_pipe.direction",))
def one_direction_carries_data(case: Case) -> None:
    """In a pipe of one direction data go that way."""
    direction: Direction = "in" if case.text("direction") == "in" else "out"
    client, server = ends(case, direction)
    sender, receiver = (client, server) if direction == "in" else (server, client)
    with case.decides("WP-DIR-001"):
        sender.send_all(b"this way")
        arrives(case, receiver, b"this way")
        sender.close()
        case.equal(ending(receiver.recv(10)), "end", "after the last byte")


@scenario(
    "WP-DIR-002", primitives=PIPE, modes=ONE_WAY, params={"direction": ("in", "out")}, needs=("named_pipe.direction",)
)
def the_other_direction_is_refused(case: Case) -> None:
    """A client that asks for a direction which the server does not have is permission_denied."""
    direction: Direction = "in" if case.text("direction") == "in" else "out"
    listen_pipe(case.server, case.name(), direction=direction)
    with case.decides("WP-DIR-002"):
        for wanted in (direction, "duplex"):
            # What the client calls "in" is what the server calls "out".
            failed = case.fails(connect_pipe, case.client, case.name(), direction=wanted)
            case.equal(failed.kind, "permission_denied", f"the kind of the error for {wanted}")


@scenario(
    "WP-DIR-003", primitives=PIPE, modes=ONE_WAY, params={"direction": ("in", "out")}, needs=("named_pipe.direction",)
)
def an_end_keeps_to_its_direction(case: Case) -> None:
    """Sending on an end that only receives, and the reverse, is invalid_handle, and the pipe goes on."""
    direction: Direction = "in" if case.text("direction") == "in" else "out"
    client, server = ends(case, direction)
    sender, receiver = (client, server) if direction == "in" else (server, client)
    with case.decides("WP-DIR-003"):
        case.equal(case.fails(receiver.send_all, b"x").kind, "invalid_handle", "the kind of the error of a send")
        case.equal(case.fails(sender.recv, 10).kind, "invalid_handle", "the kind of the error of a receive")
        sender.send_all(b"still")
        arrives(case, receiver, b"still")


@scenario("WP-INST-001", primitives=PIPE)
def a_name_without_a_server_is_not_found(case: Case) -> None:
    """To connect to a name that nobody has is not_found, at once."""
    with case.decides("WP-INST-001"):
        case.equal(case.fails(connect_pipe, case.client, case.name()).kind, "not_found", "the kind of the error")


@scenario("WP-INST-002", primitives=PIPE, modes=LIMITED, needs=("named_pipe.instances",))
def a_busy_pipe_keeps_clients_waiting(case: Case) -> None:
    """While every instance is taken a connect waits, and is timed_out when its deadline passes."""
    listen_pipe(case.server, case.name(), instances=1)
    connect_pipe(case.client, case.name())
    with case.decides("WP-INST-002"):
        failed = case.fails(connect_pipe, case.client, case.name(), wait=150)
        case.equal(failed.kind, "timed_out", "the kind of the error")


@scenario("WP-INST-003", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.instances", "wait.try"))
def a_tried_connect_does_not_wait(case: Case) -> None:
    """While every instance is taken, a connect that is only tried is would_block."""
    listen_pipe(case.server, case.name(), instances=1)
    connect_pipe(case.client, case.name())
    with case.decides("WP-INST-003"):
        failed = case.fails(connect_pipe, case.client, case.name(), wait="try")
        case.equal(failed.kind, "would_block", "the kind of the error")


@scenario("WP-INST-004", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.instances", "concurrent"))
def a_waiting_client_gets_the_next_instance(case: Case) -> None:
    """A client that waits is connected as soon as an instance is given back and offered again."""
    listener = listen_pipe(case.server, case.name(), instances=1)
    first = connect_pipe(case.client, case.name())
    server = listener.accept()
    connecting = case.begin(connect_pipe, case.client, case.name())
    if not connecting.blocked(50):
        case.cannot_tell("the second client did not wait")
    with case.decides("WP-INST-004"):
        first.close()
        server.close()
        accepting = case.begin(listener.accept)
        second = connecting.result()
        second.send_all(b"second")
        arrives(case, accepting.result(), b"second")


@scenario("WP-INST-005", primitives=PIPE, modes=LIMITED, needs=("named_pipe.instances",))
def the_limit_of_instances_holds(case: Case) -> None:
    """No more streams than the limit exist at once."""
    listener = listen_pipe(case.server, case.name(), instances=2)
    for _ in range(2):
        connect_pipe(case.client, case.name())
    for _ in range(2):
        listener.accept()
    with case.decides("WP-INST-005"):
        case.attempt(connect_pipe, case.client, case.name(), wait=100)
        case.equal(case.fails(listener.accept, wait=100).kind, "timed_out", "the kind of the error of a third accept")


@scenario("WP-INST-006", primitives=PIPE, modes=ONE_WAY)
def a_taken_name_is_in_use(case: Case) -> None:
    """To listen on a name that another process has is in_use, and that process goes on undisturbed."""
    listener = listen_pipe(case.server, case.name())
    with case.decides("WP-INST-006"):
        case.equal(case.fails(listen_pipe, case.client, case.name()).kind, "in_use", "the kind of the error")
        connect_pipe(case.client, case.name())
        listener.accept()


@scenario("WP-INST-007", primitives=PIPE, modes=ONE_WAY)
def a_closed_name_is_free(case: Case) -> None:
    """After a listener and its streams are closed the name is free: not_found for clients, and for anybody to take."""
    listener = listen_pipe(case.server, case.name())
    client = connect_pipe(case.client, case.name())
    for each in (listener.accept(), client, listener):
        each.close()
    with case.decides("WP-INST-007"):
        case.equal(case.fails(connect_pipe, case.client, case.name()).kind, "not_found", "the kind of the error")
        listen_pipe(case.client, case.name())


@scenario("WP-INST-008", primitives=PIPE, modes=ONE_WAY)
def names_have_no_case(case: Case) -> None:
    """A name that differs in the case of its letters only is the same name."""
    name = case.name("Mixed")
    listen_pipe(case.server, name)
    with case.decides("WP-INST-008"):
        connect_pipe(case.client, Name("path", str(name.value).replace("Mixed", "mIXED")))


@scenario("WP-INST-009", primitives=PIPE)
def clients_are_accepted_in_order(case: Case) -> None:
    """Clients are accepted in the order in which they connected."""
    listener = listen_pipe(case.server, case.name())
    for number in range(4):
        connect_pipe(case.client, case.name()).send_all(b"%d" % number)
    with case.decides("WP-INST-009"):
        for number in range(4):
            case.check(listener.accept().recv(10).is_(b"%d" % number), f"client {number} is the next")


@scenario("WP-INST-010", primitives=PIPE)
def a_client_that_left_is_still_heard(case: Case) -> None:
    """A client that sent something and left before it was accepted is accepted, heard, and at its end."""
    listener = listen_pipe(case.server, case.name())
    client = connect_pipe(case.client, case.name())
    client.send_all(b"bye")
    client.close()
    with case.decides("WP-INST-010"):
        stream = listener.accept()
        case.check(stream.recv(10).is_(b"bye"), "what it sent is received")
        case.equal(ending(stream.recv(10)), "end", "after that")


@scenario("WP-INST-011", primitives=PIPE)
def streams_outlive_their_listener(case: Case) -> None:
    """Closing the listener leaves the streams that were accepted alone."""
    listener = listen_pipe(case.server, case.name())
    client = connect_pipe(case.client, case.name())
    server = listener.accept()
    listener.close()
    with case.decides("WP-INST-011"):
        client.send_all(b"question")
        arrives(case, server, b"question")
        server.send_all(b"answer")
        arrives(case, client, b"answer")


@scenario("WP-INST-012", primitives=PIPE)
def an_unaccepted_client_learns_of_the_close(case: Case) -> None:
    """A client that waits to be accepted sees the end when the listener is closed."""
    listener = listen_pipe(case.server, case.name())
    client = connect_pipe(case.client, case.name())
    with case.decides("WP-INST-012"):
        listener.close()
        case.equal(ending(client.recv(10)), "end", "what the client receives")


@scenario("WP-INST-013", primitives=PIPE, params={"dies": ("client", "server")})
def the_death_of_a_process_is_the_end(case: Case) -> None:
    """When a process is killed its peer receives what it had sent, and then the end."""
    client, server = ends(case)
    dying, other = (client, server) if case.text("dies") == "client" else (server, client)
    dying.send_all(b"last words")
    with case.decides("WP-INST-013"):
        case.die(dying.party)
        arrives(case, other, b"last words")
        case.equal(ending(other.recv(10)), "end", "after the last byte")


@scenario("WP-INST-014", primitives=PIPE, modes=ONE_WAY)
def a_dead_servers_name_is_free(case: Case) -> None:
    """When its server is killed a name is free at once, and nothing is left to clean up."""
    listen_pipe(case.server, case.name())
    case.die(case.server)
    with case.decides("WP-INST-014"):
        listen_pipe(case.client, case.name())


@scenario("WP-INST-015", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.disconnect",))
def a_cut_off_client_comes_back(case: Case) -> None:
    """After a client was cut off, it and others connect to the same name again."""
    listener = listen_pipe(case.server, case.name())
    with case.decides("WP-INST-015"):
        for turn in range(3):
            client = connect_pipe(case.client, case.name())
            server = listener.accept()
            client.send_all(b"%d" % turn)
            arrives(case, server, b"%d" % turn)
            server.disconnect()


@scenario("WP-INST-016", primitives=PIPE, modes=LIMITED)
def a_late_accept_takes_nobody(case: Case) -> None:
    """An accept whose deadline passes is timed_out, and the next client is accepted as if nothing had been."""
    listener = listen_pipe(case.server, case.name())
    with case.decides("WP-INST-016"):
        case.equal(case.fails(listener.accept, wait=100).kind, "timed_out", "the kind of the error")
        connect_pipe(case.client, case.name()).send_all(b"here")
        case.check(listener.accept().recv(10).is_(b"here"), "the client that came later is accepted")


@scenario("WP-INST-017", primitives=PIPE, modes=ONE_WAY, needs=("concurrent",))
def a_listener_serves_several_clients(case: Case) -> None:
    """Several clients of one name have streams of their own."""
    listener = listen_pipe(case.server, case.name())
    pairs = [(connect_pipe(case.client, case.name()), listener.accept()) for _ in range(3)]
    with case.decides("WP-INST-017"):
        for number, (client, _) in enumerate(pairs):
            client.send_all(b"%d" % number)
        for number, (client, server) in reversed(list(enumerate(pairs))):
            case.check(server.recv(10).is_(b"%d" % number), f"stream {number} has its own data")
            server.send_all(b"reply %d" % number)
            arrives(case, client, b"reply %d" % number)


@scenario("WP-NAME-001", "WP-NAME-002", primitives=PIPE, modes=ONE_WAY)
def the_longest_name(case: Case) -> None:
    """A pipe path may have 256 characters, and one more is name_too_long."""
    start = str(case.name().value)
    longest = start + "x" * (LONGEST - len(start))
    with case.decides("WP-NAME-001"):
        listen_pipe(case.server, Name("path", longest))
        connect_pipe(case.client, Name("path", longest))
    with case.decides("WP-NAME-002"):
        failed = case.fails(listen_pipe, case.server, Name("path", longest + "x"))
        case.equal(failed.kind, "name_too_long", "the kind of the server's error")
        failed = case.fails(connect_pipe, case.client, Name("path", longest + "x"))
        case.equal(failed.kind, "name_too_long", "the kind of the client's error")


@scenario("WP-NAME-003", primitives=PIPE, modes=ONE_WAY, params={"path": ("file", "prefix", "word", "nul")})
def what_is_no_pipe_path_is_refused(case: Case) -> None:
    """A path outside of the pipes' place, the bare prefix, a bare word and a NUL inside are invalid_name."""
    name = str(case.name().value)
    path = {"file": r"C:\pipe\x", "prefix": "\\\\.\\pipe\\", "word": "word", "nul": name + "\0x"}[case.text("path")]
    with case.decides("WP-NAME-003"):
        failed = case.fails(listen_pipe, case.server, Name("path", path))
        case.equal(failed.kind, "invalid_name", "the kind of the server's error")
        failed = case.fails(connect_pipe, case.client, Name("path", path))
        case.equal(failed.kind, "invalid_name", "the kind of the client's error")


@scenario("WP-NAME-004", primitives=PIPE, modes=ONE_WAY)
def names_are_unicode(case: Case) -> None:
    """A name may have any character but the backslash: spaces, slashes, letters of any script."""
    name = Name("path", f"{case.name().value!s} /:*? ünï-码-😀")
    with case.decides("WP-NAME-004"):
        listener = listen_pipe(case.server, name)
        connect_pipe(case.client, name).send_all(b"x")
        case.check(listener.accept().recv(10).is_(b"x"), "the client of this name is accepted")


@scenario("WP-NAME-005", primitives=PIPE, modes=ONE_WAY)
def names_that_differ_are_apart(case: Case) -> None:
    """A name that another one begins with is another name."""
    listen_pipe(case.server, case.name("long-name"))
    with case.decides("WP-NAME-005"):
        failed = case.fails(connect_pipe, case.client, case.name("long"))
        case.equal(failed.kind, "not_found", "the kind of the error")


@scenario("WP-WHO-001", "WP-WHO-002", "WP-WHO-003", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.who",))
def both_ends_name_the_same_two(case: Case) -> None:
    """Both ends name the same two processes and the same session, and each knows which end it is."""
    client, server = ends(case)
    ours, theirs = client.who(), server.who()
    with case.decides("WP-WHO-001"):
        case.equal(
            (ours.client_process, ours.server_process), (theirs.client_process, theirs.server_process), "the processes"
        )
        case.check(ours.client_process != ours.server_process, "the two processes differ")
        case.check(min(ours.client_process, ours.server_process) > 0, "they have numbers")
    with case.decides("WP-WHO-002"):
        case.equal((ours.client_session, ours.server_session), (theirs.client_session, theirs.server_session), "these")
        case.equal(ours.client_session, ours.server_session, "the session of the client, beside that of the server,")
    with case.decides("WP-WHO-003"):
        case.equal((ours.is_server, theirs.is_server), (False, True), "which end is the server's")


@scenario("WP-SEC-001", primitives=PIPE, modes=ONE_WAY)
def a_denied_client_stays_out(case: Case) -> None:
    """A client that the pipe's security descriptor denies access is permission_denied."""
    listen_pipe(case.server, case.name(), security="D:P(D;;GA;;;WD)")
    with case.decides("WP-SEC-001"):
        failed = case.fails(connect_pipe, case.client, case.name())
        case.equal(failed.kind, "permission_denied", "the kind of the error")


@scenario("WP-SEC-002", primitives=PIPE, modes=ONE_WAY)
def an_admitted_client_gets_in(case: Case) -> None:
    """A client that the pipe's security descriptor admits is connected, and data pass."""
    listener = listen_pipe(case.server, case.name(), security="D:P(A;;GA;;;WD)")
    with case.decides("WP-SEC-002"):
        connect_pipe(case.client, case.name()).send_all(b"x")
        case.check(listener.accept().recv(10).is_(b"x"), "the client is accepted and heard")


@scenario("WP-SEC-003", primitives=PIPE, modes=ONE_WAY)
def a_wrong_descriptor_makes_no_pipe(case: Case) -> None:
    """A security descriptor that cannot be understood is invalid_input, and no pipe is made in its stead."""
    with case.decides("WP-SEC-003"):
        failed = case.fails(listen_pipe, case.server, case.name(), security="everybody, please")
        case.equal(failed.kind, "invalid_input", "the kind of the error")
        case.equal(case.fails(connect_pipe, case.client, case.name()).kind, "not_found", "the kind of a client's error")


@scenario("WP-INH-001", primitives=PIPE, modes=ONE_WAY, needs=("inheritance",))
def handles_are_not_inherited_unasked(case: Case) -> None:
    """The handles of both ends are not inheritable unless that was asked for."""
    client, server = ends(case)
    with case.decides("WP-INH-001"):
        case.check(not client.inheritable(), "the client's handle is not inheritable")
        case.check(not server.inheritable(), "the server's handle is not inheritable")


@scenario("WP-INH-002", primitives=PIPE, modes=ONE_WAY, needs=("inheritance",))
def a_child_goes_on_with_the_stream(case: Case) -> None:
    """A child takes over the end that it was handed; the peer sees the end when the last holder has closed it."""
    client, server = ends(case)
    child = case.client.spawn(client)
    adopted = child.adopt(child.token(client), "stream")
    client.close()
    with case.decides("WP-INH-002"):
        adopted.send_all(b"from the child")
        arrives(case, server, b"from the child")
        adopted.close()
        child.end()
        case.equal(ending(server.recv(10)), "end", "after the child's close")
