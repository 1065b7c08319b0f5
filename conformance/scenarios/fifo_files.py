"""FIFOs as files: their paths, their permission bits, and what happens to the file while they are open."""

from __future__ import annotations

from conformance.party import Name
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._between import made_fifo, this_side, word

FIFO = ("fifo",)
REFUSALS = {
    "fifo": "already_exists",
    "file": "already_exists",
    "directory": "already_exists",
    "symlink": "already_exists",
    "dangling": "already_exists",
    "missing_directory": "not_found",
    "file_as_directory": "not_a_directory",
    "long_component": "name_too_long",
}


def exchange(case: Case, receives: Name, sends: Name) -> None:
    """The server receives by one path what the client sends by the other."""
    opening = case.begin(case.server.open_fifo, receives, "receiver")
    sender = case.client.open_fifo(sends, "sender")
    receiver = opening.result()
    payload = case.pattern(40)
    sender.send_all(payload)
    case.check(receiver.recv_exact(payload.length).is_(payload), "both paths lead to one pipe")
    sender.close()
    receiver.close()


@scenario("FF-NAME-001", primitives=FIFO, params={"mode": (0o777, 0o640, 0o200), "umask": (0, 0o027, 0o777)})
def a_fifo_has_the_mode_less_the_umask(case: Case) -> None:
    """The file that is made is a FIFO with the permission bits asked for, less the umask."""
    path = case.path("fifo")
    case.server.set_umask(case.number("umask"))
    with case.decides("FF-NAME-001"):
        case.server.make_fifo(path, mode=case.number("mode"))
        made = case.witness.stat(path)
        case.equal(made.type, "fifo", "what is made")
        case.equal(oct(made.mode), oct(case.number("mode") & ~case.number("umask")), "its permission bits")


@scenario("FF-NAME-013", primitives=FIFO)
def a_fifo_without_a_mode(case: Case) -> None:
    """Where no mode is named, the umask still has its say."""
    path = case.path("fifo")
    case.server.set_umask(0o077)
    with case.decides("FF-NAME-013"):
        case.server.make_fifo(path)
        case.equal(oct(case.witness.stat(path).mode & 0o077), oct(0), "what others may do under a umask of 077")


@scenario("FF-NAME-002", primitives=FIFO, params={"where": tuple(REFUSALS)})
def making_a_fifo_is_refused(case: Case) -> None:
    """Each reason why a FIFO cannot be made has its own kind of error."""
    path = _impossible(case)
    with case.decides("FF-NAME-002"):
        case.equal(case.fails(case.server.make_fifo, path).kind, REFUSALS[case.text("where")], "making the FIFO")


def _impossible(case: Case) -> Name:
    """A path at which no FIFO can be made."""
    where, path = case.text("where"), case.path("taken")
    if where == "fifo":
        case.server.make_fifo(path)
    elif where == "directory":
        case.witness.make_directory(str(path.value))
    elif where in ("file", "file_as_directory"):
        case.witness.write_file(path, "")
    elif where in ("symlink", "dangling"):
        if where == "symlink":
            case.witness.write_file(case.path("target"), "")
        case.witness.symlink(case.path("target"), path)
    below = {"missing_directory": "no/fifo", "file_as_directory": "taken/fifo", "long_component": "n" * 256}
    return case.path(below[where]) if where in below else path


@scenario("FF-NAME-003", primitives=FIFO, params={"length": (255, 700)})
def a_path_longer_than_a_socket_s(case: Case) -> None:
    """A FIFO's path may be longer than a socket address holds."""
    parts = ["n" * 200] * (case.number("length") // 200 - 1)
    for depth in range(len(parts)):
        case.witness.make_directory("/".join((case.workspace, *parts[: depth + 1])))
    path = case.path("/".join((*parts, "f" * 255)))
    with case.decides("FF-NAME-003"):
        case.server.make_fifo(path)
        exchange(case, path, path)


@scenario("FF-NAME-004", primitives=FIFO)
def a_directory_that_may_not_be_written(case: Case) -> None:
    """Who may not write to a directory cannot make a FIFO in it."""
    case.witness.make_directory(f"{case.workspace}/closed", 0o555)
    case.server.drop_privileges()
    with case.decides("FF-NAME-004"):
        failed = case.fails(case.server.make_fifo, case.path("closed/fifo"))
        case.equal(failed.kind, "permission_denied", "making the FIFO")


@scenario("FF-NAME-005", primitives=FIFO, params={"alias": ("symlink", "link")})
def an_alias_leads_to_the_same_pipe(case: Case) -> None:
    """Who opens the FIFO by another name meets who opens it by its own."""
    path, alias = made_fifo(case), case.path("alias")
    if case.text("alias") == "symlink":
        case.witness.symlink(path, alias)
    else:
        case.witness.link(path, alias)
    with case.decides("FF-NAME-005"):
        exchange(case, path, alias)
        exchange(case, alias, path)


@scenario("FF-NAME-007", primitives=FIFO, params={"end": ("receiver", "sender")})
def a_fifo_that_is_not_there(case: Case) -> None:
    """Opening what does not exist fails and makes nothing."""
    with case.decides("FF-NAME-007"):
        failed = case.fails(case.server.open_fifo, case.path("no"), this_side(case))
        case.equal(failed.kind, "not_found", "opening the FIFO")
        case.equal(case.witness.list(case.workspace), (), "what is in the directory afterwards")


@scenario("FF-NAME-009", primitives=FIFO)
def a_path_with_a_nul_byte(case: Case) -> None:
    """A NUL byte does not end a path: such a path is refused."""
    path = Name("path", f"{case.workspace}/first\0second".encode())
    with case.decides("FF-NAME-009"):
        case.allowed(word(case.attempt(case.server.make_fifo, path)), "making the FIFO")
        case.equal(case.witness.list(case.workspace), (), "what was made")
        case.witness.write_file(case.path("first"), "")
        case.allowed(word(case.attempt(case.server.open_fifo, path, "receiver", wait=None)), "opening it")


@scenario("FF-NAME-010", primitives=FIFO, params={"what": ("file", "dangling")})
def a_failed_make_touches_nothing(case: Case) -> None:
    """What was at the path is there unchanged after a FIFO could not be made."""
    path = case.path("taken")
    if case.text("what") == "file":
        case.witness.write_file(path, "precious")
        case.witness.chmod(path, 0o640)
    else:
        case.witness.symlink(case.path("nowhere"), path)
    before, names = case.witness.stat(path), case.witness.list(case.workspace)
    with case.decides("FF-NAME-010"):
        case.attempt(case.server.make_fifo, path, mode=0o606)
        case.equal(case.witness.stat(path), before, "what is at the path")
        case.equal(case.witness.list(case.workspace), names, "what is in the directory")
        if case.text("what") == "file":
            case.equal(case.witness.read_file(path), "precious", "what is in the file")


@scenario("FF-NAME-011", primitives=FIFO, params={"spelling": ("space", "newline", "letter", "bytes")})
def the_bytes_of_a_path_are_its_name(case: Case) -> None:
    """A FIFO is found in the filesystem under exactly the bytes that were asked for."""
    words = {"space": b" a b ", "newline": b"a\nb", "letter": "\u00e5\u00df\u4e16".encode(), "bytes": b"\xff\xfe\x80"}
    path = Name("path", case.workspace.encode() + b"/" + words[case.text("spelling")])
    with case.decides("FF-NAME-011"):
        case.server.make_fifo(path)
        case.equal(case.witness.stat(path).type, "fifo", "what is at these bytes")
        exchange(case, path, path)


@scenario("FF-NAME-012", primitives=FIFO)
def an_empty_path(case: Case) -> None:
    """Nothing is called nothing."""
    with case.decides("FF-NAME-012"):
        case.allowed(word(case.attempt(case.server.make_fifo, Name("path", ""))), "making the FIFO")
        case.allowed(word(case.attempt(case.server.open_fifo, Name("path", ""), "receiver")), "opening it")


@scenario("FF-NAME-014", primitives=FIFO)
def a_relative_path(case: Case) -> None:
    """A relative path is one in the directory where the process is by then."""
    here = Name("path", "here")
    case.witness.make_directory(f"{case.workspace}/below")
    case.server.chdir(case.workspace)
    with case.decides("FF-NAME-014"):
        case.server.make_fifo(here)
        case.equal(case.witness.stat(case.path("here")).type, "fifo", "what is in the working directory")
        exchange(case, here, case.path("here"))
        case.server.chdir(f"{case.workspace}/below")
        case.equal(case.fails(case.server.open_fifo, here, "receiver").kind, "not_found", "the same path elsewhere")


@scenario("FF-OPEN-013", primitives=FIFO, params={"what": ("file", "directory"), "end": ("receiver", "sender")})
def what_is_no_fifo_is_refused(case: Case) -> None:
    """A regular file and a directory are not taken for a FIFO."""
    path = case.path("other")
    if case.text("what") == "file":
        case.witness.write_file(path, "not a FIFO")
        case.witness.chmod(path, 0o666)
    else:
        case.witness.make_directory(str(path.value))
    with case.decides("FF-OPEN-013"):
        end = case.attempt(case.server.open_fifo, path, this_side(case))
        case.allowed(word(end), f"opening a {case.text('what')}")


@scenario("FF-OPEN-014", primitives=FIFO)
def a_regular_file_is_not_changed(case: Case) -> None:
    """Whether it is refused or not, opening a sender does not empty a regular file."""
    path = case.path("other")
    case.witness.write_file(path, "precious")
    before = case.witness.stat(path)
    with case.decides("FF-OPEN-014"):
        case.attempt(case.server.open_fifo, path, "sender")
        case.equal(case.witness.read_file(path), "precious", "what is in the file")
        case.equal(case.witness.stat(path), before, "what is at the path")


@scenario("FF-LIFE-001", primitives=FIFO)
def a_fifo_without_its_file(case: Case) -> None:
    """Who has a FIFO open keeps it when its file is removed, and a new file is a new pipe."""
    path = made_fifo(case)
    receiver, sender = case.fifo_ends(path)
    with case.decides("FF-LIFE-001"):
        case.witness.remove(path)
        sender.send_all(b"still")
        case.check(receiver.recv_exact(5).is_(b"still"), "the open FIFO works without its file")
        case.server.make_fifo(path)
        failed = case.fails(case.party("other").open_fifo, path, "sender", wait="try")
        case.equal(failed.kind, "no_peer", "opening the new FIFO, which nobody receives from")
        sender.send_all(b"works")
        case.check(receiver.recv_exact(5).is_(b"works"), "the old one goes on working")


@scenario("FF-LIFE-002", primitives=FIFO)
def a_fifo_outlives_its_users(case: Case) -> None:
    """When all who used it are gone, the FIFO is there and works for the next ones."""
    path = made_fifo(case)
    before = case.witness.stat(path)
    receiver, sender = case.fifo_ends(path)
    sender.send_all(b"unread")
    receiver.close()
    sender.close()
    for party in (case.server, case.client):
        case.die(party, "exit")
    with case.decides("FF-LIFE-002"):
        case.equal(case.witness.stat(path), before, "what is at the path")
        opening = case.begin(case.party("next").open_fifo, path, "receiver")
        case.party("another").open_fifo(path, "sender").send_all(b"next")
        case.check(opening.result().recv_exact(4).is_(b"next"), "the next ones meet in it")


@scenario("FF-LIFE-003", primitives=FIFO)
def a_fifo_by_a_new_name(case: Case) -> None:
    """Who has a FIFO open keeps it when it is renamed, and the new name leads there."""
    path, renamed = made_fifo(case), case.path("renamed")
    receiver, sender = case.fifo_ends(path)
    with case.decides("FF-LIFE-003"):
        case.witness.rename(path, renamed)
        sender.send_all(b"still")
        case.check(receiver.recv_exact(5).is_(b"still"), "the open FIFO works under its new name")
        case.party("other").open_fifo(renamed, "sender", wait="try").send_all(b"found")
        case.check(receiver.recv_exact(5).is_(b"found"), "the new name leads to the same pipe")


@scenario("FF-SEC-001", primitives=FIFO, params={"bits": (0o000, 0o222, 0o444)})
def permission_bits_of_a_fifo(case: Case) -> None:
    """Reading bits let receive, writing bits let send, and nothing else does."""
    bits, path = case.number("bits"), made_fifo(case)
    case.witness.chmod(path, bits)
    for party in (case.client, case.party("other")):
        party.drop_privileges()
    with case.decides("FF-SEC-001"):
        receiving = case.attempt(case.client.open_fifo, path, "receiver", wait="try")
        case.equal(word(receiving), "ok" if bits & 0o444 else "permission_denied", "opening for receiving")
        sending = case.attempt(case.party("other").open_fifo, path, "sender", wait="try")
        alone = "no_peer" if isinstance(receiving, Failed) else "ok"
        case.equal(word(sending), alone if bits & 0o222 else "permission_denied", "opening for sending")


@scenario("FF-CONN-001", primitives=FIFO)
def a_fifo_is_no_socket(case: Case) -> None:
    """A FIFO cannot be connected to, and a socket file cannot be opened as a FIFO."""
    fifo, socket = made_fifo(case), case.path("socket")
    case.server.listen(socket)
    with case.decides("FF-CONN-001"):
        case.allowed(word(case.attempt(case.client.connect, fifo)), "connecting to a FIFO")
        case.allowed(word(case.attempt(case.client.open_fifo, socket, "receiver")), "opening a socket file to receive")
        case.allowed(word(case.attempt(case.client.open_fifo, socket, "sender")), "opening a socket file to send")
