"""The life of a listener: its name, its file, its end."""

from __future__ import annotations

from conformance.party import Name
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._meeting import meets
from conformance.scenarios._things import THINGS, look, thing
from conformance.scenarios._transfer import ending

LOCAL = ("local_socket",)
KINDS = {"name": ("path", "abstract", "namespaced")}
WORDS = {"plain": b"s", "unicode": "имя-🜁".encode(), "bytes": b"\xff\xfe \n"}


@scenario("LS-LIFE-001", primitives=LOCAL)
def reachable_at_once(case: Case) -> None:
    """As soon as listen has returned, a raw client gets through at its first try."""
    with case.decides("LS-LIFE-001"):
        for word in ("a", "b", "c", "d", "e"):
            listener = case.server.listen(case.path(word))
            case.witness.connect(case.path(word), wait="try")
            listener.accept()


@scenario("LS-LIFE-002", primitives=LOCAL, params={**KINDS, "by": ("another", "itself")})
def second_listener_is_refused(case: Case) -> None:
    """A name has one listener; a second one is refused and changes nothing."""
    name = case.name()
    listener = case.server.listen(name)
    second = case.server if case.text("by") == "itself" else case.party("second")
    with case.decides("LS-LIFE-002"):
        case.allowed(case.fails(second.listen, name).kind, "listen on a name that is taken")
        meets(case, listener, name)


@scenario("LS-LIFE-003", primitives=LOCAL, params={"thing": THINGS})
def what_exists_is_left_alone(case: Case) -> None:
    """A listener does not take the place of something else."""
    path, kind = case.path("thing"), case.text("thing")
    before = thing(case, path, kind)
    with case.decides("LS-LIFE-003"):
        case.allowed(case.fails(case.server.listen, path).kind, f"listen on a {kind}")
        case.equal(look(case, path, kind), before, f"the {kind} afterwards")


@scenario("LS-LIFE-004", primitives=LOCAL)
def killed_listener_leaves_its_file(case: Case) -> None:
    """Nobody answers under the name of the dead, and nobody can take it as it is."""
    name = case.path()
    case.server.listen(name)
    case.die(case.server)
    with case.decides("LS-LIFE-004"):
        case.equal(case.witness.stat(name).type, "socket", "what is at the path of a killed listener")
        case.equal(case.fails(case.client.connect, name).kind, "refused", "connect to a killed listener")
        case.equal(case.fails(case.party("successor").listen, name).kind, "in_use", "listen on a stale name")


@scenario("LS-LIFE-005", primitives=LOCAL, params={"name": ("abstract", "namespaced")})
def killed_listener_frees_its_abstract_name(case: Case) -> None:
    """An abstract name dies with its listener."""
    name = case.name()
    case.server.listen(name)
    case.die(case.server)
    with case.decides("LS-LIFE-005"):
        case.equal(case.fails(case.client.connect, name).kind, "refused", "connect to a killed listener")
        meets(case, case.party("successor").listen(name), name)


@scenario("LS-LIFE-006", primitives=LOCAL, params={"word": tuple(WORDS)})
def close_removes_the_file(case: Case) -> None:
    """A listener that closes leaves nothing behind, whatever its path looks like."""
    name = Name("path", case.workspace.encode() + b"/" + WORDS[case.text("word")])
    listener = case.server.listen(name)
    with case.decides("LS-LIFE-006"):
        listener.close()
        case.equal(case.witness.list(case.workspace), (), "entries after the listener has closed")


@scenario("LS-LIFE-007", primitives=LOCAL)
def close_leaves_the_file_when_told_to(case: Case) -> None:
    """A listener that does not reclaim its name leaves its file."""
    name = case.path()
    with case.decides("LS-LIFE-007"):
        listener = case.server.listen(name, reclaim=False)
        before = case.witness.stat(name)
        listener.close()
        case.equal(case.witness.stat(name), before, "the socket file after the listener has closed")


@scenario("LS-LIFE-008", primitives=LOCAL)
def exit_with_a_listener_open(case: Case) -> None:
    """What a process that exits in order leaves of its listener."""
    name = case.path()
    case.server.listen(name)
    case.die(case.server, "exit")
    with case.decides("LS-LIFE-008"):
        left = case.witness.stat(name).type == "socket"
        case.observe("left" if left else "removed")


@scenario("LS-LIFE-025", primitives=LOCAL, params={"by": ("listener", "file", "link")})
def close_spares_a_successor(case: Case) -> None:
    """A listener whose file was taken away does not remove what is there instead."""
    name, kind = case.path(), case.text("by")
    listener = case.server.listen(name)
    case.witness.remove(name)
    if kind == "listener":
        case.party("successor").listen(name)
        before = look(case, name, kind)
    else:
        before = thing(case, name, kind)
    with case.decides("LS-LIFE-025"):
        listener.close()
        case.equal(look(case, name, kind), before, f"the {kind} in its place")


@scenario("LS-LIFE-025", primitives=LOCAL)
def close_spares_its_file_under_another_name(case: Case) -> None:
    """A listener that finds nothing at its path closes without complaint and looks no further."""
    listener = case.server.listen(case.path("old"))
    case.witness.rename(case.path("old"), case.path("new"))
    case.party("successor").listen(case.path("old"))
    before = case.witness.stat(case.path("old")), case.witness.stat(case.path("new"))
    with case.decides("LS-LIFE-025"):
        listener.close()
        after = case.witness.stat(case.path("old")), case.witness.stat(case.path("new"))
        case.equal(after, before, "the successor's file and the renamed one")


@scenario("LS-LIFE-026", primitives=LOCAL, params={"bystander": ("none", "file", "socket")})
def close_after_the_process_has_moved(case: Case) -> None:
    """A relative path still means the directory in which the listener was made."""
    below, bystander = f"{case.workspace}/below", case.text("bystander")
    relative, innocent = Name("path", "s"), case.path("below/s")
    case.witness.make_directory(below)
    case.server.chdir(case.workspace)
    listener = case.server.listen(relative)
    if bystander == "file":
        case.witness.write_file(innocent, "precious")
    elif bystander == "socket":
        case.client.listen(innocent)
    before = case.witness.stat(innocent)
    case.server.chdir(below)
    with case.decides("LS-LIFE-026"):
        listener.close()
        case.equal(case.witness.stat(innocent), before, "what has the same relative path elsewhere")
        case.equal(case.witness.stat(case.path()).type, "none", "what is at the listener's own path")


@scenario("LS-LIFE-029", primitives=LOCAL)
def second_close_spares_the_successor(case: Case) -> None:
    """What is closed already has nothing left to remove."""
    name = case.path()
    listener = case.server.listen(name)
    listener.close()
    successor = case.party("successor").listen(name)
    with case.decides("LS-LIFE-029"):
        case.attempt(listener.close_again)
        meets(case, successor, name)


@scenario("LS-LIFE-030", primitives=LOCAL, params={"end": ("close", "exit")}, needs=("inheritance",))
def adopted_listener_leaves_the_file(case: Case) -> None:
    """A spawned process that served for a while takes nothing away when it ends."""
    name = case.path()
    listener = case.server.listen(name)
    child = case.server.spawn(listener)
    adopted = child.adopt_listener(child.token(listener))
    meets(case, adopted, name)
    with case.decides("LS-LIFE-030"):
        if case.text("end") == "close":
            adopted.close()
        child.end()
        meets(case, listener, name)


@scenario("LS-LIFE-030", primitives=LOCAL, needs=("descriptor_passing",))
def received_listener_leaves_the_file(case: Case) -> None:
    """A process that was passed a listener takes nothing away when it closes it."""
    name = case.path()
    listener = case.server.listen(name)
    theirs, ours = case.connection(listener, name)
    ours.send_descriptors(b"!", [listener])
    got = theirs.recv_descriptors(1, 1)
    if len(got.ends) != 1:
        case.cannot_tell("no descriptor arrived")
    with case.decides("LS-LIFE-030"):
        got.ends[0].close()
        meets(case, listener, name)


@scenario("LS-LIFE-013", primitives=LOCAL)
def removed_file_hides_the_listener(case: Case) -> None:
    """Without its file a listener is found by nobody, and who found it before stays."""
    name = case.path()
    ours, theirs = case.streams(name)
    case.witness.remove(name)
    with case.decides("LS-LIFE-013"):
        case.allowed(case.fails(case.client.connect, name).kind, "connect after the file was removed")
        ours.send_all(b"still here")
        case.check(theirs.recv_exact(10).is_(b"still here"), "an established stream still carries data")


@scenario("LS-LIFE-016", primitives=LOCAL, params=KINDS)
def closed_listener_is_gone(case: Case) -> None:
    """Nobody answers under the name of a listener that was closed."""
    name = case.name()
    listener = case.server.listen(name)
    meets(case, listener, name)
    listener.close()
    with case.decides("LS-LIFE-016"):
        case.allowed(case.fails(case.client.connect, name).kind, "connect to a listener that was closed")


@scenario("LS-LIFE-017", primitives=LOCAL)
def accepted_streams_outlive_the_listener(case: Case) -> None:
    """Closing the door does not throw out the guests."""
    listener = case.server.listen(case.path())
    ours, theirs = case.connection(listener, case.path())
    listener.close()
    with case.decides("LS-LIFE-017"):
        for sender, receiver in ((ours, theirs), (theirs, ours)):
            token = case.pattern(1000)
            sender.send_all(token)
            case.check(receiver.recv_exact(1000).is_(token), "an accepted stream still carries data")


@scenario("LS-LIFE-018", primitives=LOCAL)
def clients_in_the_queue_are_told(case: Case) -> None:
    """A client that was never accepted does not wait for ever."""
    listener = case.server.listen(case.path())
    waiting = case.client.connect(case.path())
    with case.decides("LS-LIFE-018"):
        listener.close()
        case.allowed(ending(case.attempt(waiting.recv, 1)), "what a client sees that was never accepted")


@scenario("LS-LIFE-020", primitives=LOCAL, params=KINDS)
def name_is_free_again(case: Case) -> None:
    """Listener after listener serves under one name, while streams of those before are open."""
    name = case.name()
    with case.decides("LS-LIFE-020"):
        for _ in range(10):
            listener = case.server.listen(name)
            meets(case, listener, name)
            listener.close()
            if name.kind == "path" and case.witness.stat(name).type != "none":
                case.witness.remove(name)


@scenario("LS-LIFE-024", "LS-LIFE-035", primitives=LOCAL)
def close_under_a_waiting_accept(case: Case) -> None:
    """A listener can be closed while an accept waits on it, which never takes a client of a listener made later."""
    listener = case.server.listen(case.path("first"))
    accepting = case.begin(listener.accept)
    if not accepting.blocked():
        case.cannot_tell("the accept did not wait")
    with case.decides("LS-LIFE-035"):
        listener.close()
        waits = accepting.blocked(500)
        meets(case, case.server.listen(case.path("second")), case.path("second"))
    with case.decides("LS-LIFE-024"):
        if waits:
            case.observe("it goes on waiting")
            return
        case.check(isinstance(case.attempt(accepting.result), Failed), "a closed listener accepts nobody")
        case.observe("it is released")
