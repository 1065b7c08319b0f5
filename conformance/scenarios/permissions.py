"""Who may connect, who may listen, and the mode of a socket file.

A party that drops its privileges is another user where the harness is root; elsewhere it stays who it is.
So most modes here keep out their owner too, which is the same to the kernel and needs no root.
"""

from __future__ import annotations

from conformance.party import Name
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._maze import maze
from conformance.scenarios._meeting import meets

LOCAL = ("local_socket",)
NOBODY, EVERYBODY = 0o000, 0o777
ROUNDS = 12
LOOKS = 1000
"""A mode that comes late is seen in most rounds; the looks only have a bound in case a listen never ends."""


@scenario("LS-SEC-001", primitives=LOCAL, params={"mode": ("0000", "0600", "0660", "0777")})
def mode_is_what_was_asked(case: Case) -> None:
    """The socket file has the mode that was asked for, no bit more and no bit less."""
    case.server.set_umask(0)
    with case.decides("LS-SEC-001"):
        case.server.listen(case.path(), mode=int(case.text("mode"), 8))
        case.equal(f"{case.witness.stat(case.path()).mode:04o}", case.text("mode"), "the mode of the socket file")


@scenario("LS-SEC-001", primitives=LOCAL, alone=True)
def mode_is_never_wider(case: Case) -> None:
    """Who looks at the path all the time never sees the socket file with another mode."""
    slow, direct = maze(case)
    case.server.set_umask(0)
    with case.decides("LS-SEC-001"):
        for number in range(ROUNDS):
            listening = case.begin(case.server.listen, Name("path", f"{slow}/{number}"), mode=0o600)
            for _ in range(LOOKS):
                done = not listening.blocked(0)
                seen = case.witness.stat(f"{direct}/{number}")
                if seen.type != "none":
                    case.equal((seen.type, f"{seen.mode:04o}"), ("socket", "0600"), "a socket file that was just made")
                if done:
                    break
            listening.result()


@scenario("LS-SEC-002", primitives=LOCAL, params={"umask": ("0000", "0022", "0077", "0777")})
def mode_follows_the_mask(case: Case) -> None:
    """Without a mode of its own the socket file is open to whom the mask leaves it open."""
    mask = int(case.text("umask"), 8)
    case.server.set_umask(mask)
    with case.decides("LS-SEC-002"):
        case.server.listen(case.path())
        case.equal(f"{case.witness.stat(case.path()).mode:04o}", f"{0o777 & ~mask:04o}", "the mode of the socket file")


@scenario("LS-SEC-016", primitives=LOCAL)
def mode_and_mask(case: Case) -> None:
    """What becomes of a mode that the mask does not allow."""
    case.server.set_umask(0o022)
    with case.decides("LS-SEC-016"):
        case.server.listen(case.path(), mode=0o666)
        case.observe(f"0666 with mask 0022 gives {case.witness.stat(case.path()).mode:04o}")


@scenario("LS-SEC-017", primitives=LOCAL, params={"listen": ("succeeds", "fails")})
def mask_is_left_alone(case: Case) -> None:
    """After a listen with a mode, files are made as before."""
    case.server.set_umask(0o027)
    case.server.listen(case.path("before"))
    fails = case.text("listen") == "fails"
    name = case.path("missing/first" if fails else "first")
    with case.decides("LS-SEC-017"):
        outcome = case.attempt(case.server.listen, name, mode=0o600)
        if isinstance(outcome, Failed) is not fails:
            case.cannot_tell("the listen with a mode did not end as it should")
        case.server.listen(case.path("after"))
        before, after = (f"{case.witness.stat(case.path(word)).mode:04o}" for word in ("before", "after"))
        case.equal(after, before, "the mode of a file made afterwards")


@scenario("LS-SEC-003", primitives=LOCAL, params={"mode": ("0600", "0666")})
def mode_decides_for_another_user(case: Case) -> None:
    """A socket file for its owner keeps another user out; one for everybody lets them in."""
    case.server.set_umask(0)
    before = case.client.identity()
    case.client.drop_privileges()
    if case.client.identity().uid == before.uid:
        case.cannot_tell("the harness is not root, so there is no other user to try with")
    listener = case.server.listen(case.path(), mode=int(case.text("mode"), 8))
    with case.decides("LS-SEC-003"):
        if case.text("mode") == "0600":
            case.allowed(case.fails(case.client.connect, case.path()).kind, "connect of another user")
        else:
            meets(case, listener, case.path())


@scenario("LS-CONN-018", primitives=LOCAL)
def client_without_permission(case: Case) -> None:
    """A client that may not write the socket file is kept out."""
    case.witness.listen(case.path())
    case.witness.chmod(case.path(), NOBODY)
    case.client.drop_privileges()
    with case.decides("LS-CONN-018"):
        case.allowed(case.fails(case.client.connect, case.path()).kind, "connect without write permission")
        case.witness.chmod(case.path(), EVERYBODY)
        case.client.connect(case.path())


@scenario("LS-SEC-015", primitives=LOCAL, params={"mode": ("0222", "0444", "0555")})
def bits_that_let_a_client_in(case: Case) -> None:
    """Whether a client gets in through a socket file of this mode."""
    case.witness.listen(case.path())
    case.witness.chmod(case.path(), int(case.text("mode"), 8))
    case.client.drop_privileges()
    with case.decides("LS-SEC-015"):
        outcome = case.attempt(case.client.connect, case.path())
        case.observe(outcome.kind if isinstance(outcome, Failed) else "connected")


@scenario("LS-SEC-005", primitives=LOCAL)
def abstract_names_have_no_permissions(case: Case) -> None:
    """Whether a client of another user gets through to a listener that would let nobody in if its name were a file."""
    name = case.name("word", "abstract")
    case.server.set_umask(0o777)
    case.server.listen(name)
    case.client.drop_privileges()
    with case.decides("LS-SEC-005"):
        outcome = case.attempt(case.client.connect, name)
        case.observe(outcome.kind if isinstance(outcome, Failed) else "connected")


@scenario("LS-CONN-019", primitives=LOCAL)
def directory_that_may_not_be_searched(case: Case) -> None:
    """What is in a closed directory is neither reached nor added to."""
    directory = f"{case.workspace}/closed"
    case.witness.make_directory(directory)
    case.witness.listen(Name("path", f"{directory}/s"))
    case.client.drop_privileges()
    case.witness.chmod(directory, NOBODY)
    with case.decides("LS-CONN-019"):
        connected = case.attempt(case.client.connect, Name("path", f"{directory}/s"))
        listening = case.attempt(case.client.listen, Name("path", f"{directory}/t"))
        # Before anything is checked: a harness that is not root could not clear the directory away.
        case.witness.chmod(directory, EVERYBODY)
        for outcome in (connected, listening):
            case.allowed(outcome.kind if isinstance(outcome, Failed) else "ok", "an endpoint in a closed directory")
        case.equal(case.witness.list(directory), ("s",), "entries of the directory")


@scenario("LS-SEC-018", primitives=LOCAL)
def directory_that_may_not_be_written(case: Case) -> None:
    """Nobody listens where they may not make a file."""
    directory = f"{case.workspace}/readable"
    case.witness.make_directory(directory, 0o555)
    case.client.drop_privileges()
    with case.decides("LS-SEC-018"):
        failed = case.fails(case.client.listen, Name("path", f"{directory}/s"))
        case.allowed(failed.kind, "listen in a directory without write permission")


@scenario("LS-SEC-019", primitives=LOCAL)
def stale_file_that_may_not_be_removed(case: Case) -> None:
    """Permission to overwrite is the caller's, not the system's: a file that must stay stays."""
    directory = f"{case.workspace}/readable"
    name = Name("path", f"{directory}/s")
    case.witness.make_directory(directory)
    case.witness.listen(name, reclaim=False).close()
    case.witness.chmod(name, EVERYBODY)
    before = case.witness.stat(name)
    case.client.drop_privileges()
    case.witness.chmod(directory, 0o555)
    with case.decides("LS-SEC-019"):
        outcome = case.attempt(case.client.listen, name, overwrite=True)
        case.witness.chmod(directory, EVERYBODY)
        case.allowed(outcome.kind if isinstance(outcome, Failed) else "ok", "overwriting a file that must stay")
        case.equal(case.witness.stat(name), before, "the stale socket file")


@scenario("LS-LIFE-033", primitives=LOCAL)
def close_without_permission_to_reclaim(case: Case) -> None:
    """A server that has given up its privileges can still close its listener."""
    directory = f"{case.workspace}/readable"
    name = Name("path", f"{directory}/s")
    case.witness.make_directory(directory)
    listener = case.server.listen(name)
    case.server.drop_privileges()
    case.witness.chmod(directory, 0o555)
    with case.decides("LS-LIFE-033"):
        case.attempt(listener.close)
        outcome = case.attempt(case.client.connect, name)
        case.witness.chmod(directory, EVERYBODY)
        case.allowed(outcome.kind if isinstance(outcome, Failed) else "ok", "connect to the closed listener")
