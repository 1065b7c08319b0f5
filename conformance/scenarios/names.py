"""Names of local sockets: what is in them, how long they may be, what they lead to."""

from __future__ import annotations

from conformance.party import Name
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._meeting import meets
from conformance.scenarios._transfer import WITNESS_MS

LOCAL = ("local_socket",)
TEXTS = {"scripts": "имя-名前-🜁", "composed": "\u00e9", "decomposed": "e\u0301"}
WORDS = {
    "at": "@at", "home": "~", "variable": "$HOME", "percent": "%41", "spaces": " a b ",
    "wildcards": "*?[a]", "number": "0", "scheme": "unix:x",
}  # fmt: skip


def path_of(case: Case, length: int) -> Name:
    """A path in the workspace of exactly so many bytes."""
    room = length - len(case.workspace.encode()) - 1
    if room < 1:
        case.cannot_tell(f"the workspace's own path leaves no room for a path of {length} bytes")
    return case.path("p" * room)


def name_of(case: Case, length: int) -> Name:
    """A name of the parameter's kind, of exactly so many bytes."""
    start = case.name("n")
    return Name(start.kind, str(start.value).ljust(length, "n"))


def abstract(case: Case, ending: bytes) -> Name:
    """An abstract name of this case's own with arbitrary bytes at its end."""
    return Name("abstract", str(case.name("", "abstract").value).encode() + ending)


@scenario("LS-NAME-001", primitives=LOCAL)
def path_leads_to_its_listener(case: Case) -> None:
    """A client that uses the same path comes out at the listener."""
    name = case.path()
    with case.decides("LS-NAME-001"):
        meets(case, case.server.listen(name), name)


@scenario("LS-NAME-028", primitives=LOCAL, params={"agent": ("listens", "connects")})
def raw_peer_sees_the_bytes_themselves(case: Case) -> None:
    """A peer that uses system calls alone receives what was sent, and what it sends is received."""
    name, every_byte = case.path(), bytes(range(256))
    with case.decides("LS-NAME-028"):
        if case.text("agent") == "listens":
            listener = case.server.listen(name)
            raw, stream = case.witness.connect(name, wait=WITNESS_MS), listener.accept()
        else:
            raw_listener = case.witness.listen(name)
            stream, raw = case.server.connect(name), raw_listener.accept(wait=WITNESS_MS)
        raw.send_all(every_byte, wait=WITNESS_MS)
        case.check(stream.recv_exact(256).is_(every_byte), "the agent receives what the raw peer sent")
        stream.send_all(every_byte)
        case.check(raw.recv_exact(256, wait=WITNESS_MS).is_(every_byte), "the raw peer receives what the agent sent")
        stream.close()
        case.equal(raw.recv_to_end(wait=WITNESS_MS).length, 0, "bytes that come when the agent closes")


@scenario("LS-NAME-004", primitives=LOCAL, needs=("process",))
def namespaced_is_abstract(case: Case) -> None:
    """A raw client reaches a namespaced listener under the abstract name of the same bytes."""
    name = case.name("word", "namespaced")
    case.server.chdir(case.workspace)
    with case.decides("LS-NAME-004"):
        listener = case.server.listen(name)
        raw = case.witness.connect(Name("abstract", name.value), wait=WITNESS_MS)
        accepted = listener.accept()
        raw.send_all(b"!", wait=WITNESS_MS)
        case.check(accepted.recv(1).is_(b"!"), "the raw client comes out at the listener")
        case.equal(case.witness.list(case.workspace), (), "entries in the working directory")


@scenario("LS-NAME-027", primitives=LOCAL)
def namespaced_means_the_same_everywhere(case: Case) -> None:
    """Processes in different directories and with different masks meet under one namespaced name."""
    name = case.name("word", "namespaced")
    case.server.chdir("/")
    case.server.set_umask(0)
    case.client.chdir(case.workspace)
    case.client.set_umask(0o77)
    with case.decides("LS-NAME-027"):
        meets(case, case.server.listen(name), name)


@scenario("LS-NAME-031", primitives=LOCAL)
def namespaced_means_the_same_to_everybody(case: Case) -> None:
    """A client of another user finds the listener under the namespaced name."""
    name = case.name("word", "namespaced")
    case.client.drop_privileges()
    case.server.listen(name)
    with case.decides("LS-NAME-031"):
        outcome = case.attempt(case.client.connect, name)
        case.allowed(outcome.kind if isinstance(outcome, Failed) else "reached", "connect of another user")


@scenario("LS-NAME-020", primitives=LOCAL)
def namespaced_with_slashes(case: Case) -> None:
    """A namespaced name may look like anything: it is no path."""
    name = case.name("a b/../c//d", "namespaced")
    with case.decides("LS-NAME-020"):
        meets(case, case.server.listen(name), name)


@scenario("LS-NAME-007", primitives=LOCAL, params={"name": ("abstract", "namespaced")})
def longest_abstract_name_works(case: Case) -> None:
    """An abstract name of the greatest length is reached by an agent and by a raw client."""
    name = name_of(case, case.fact("sun_path") - 1)
    with case.decides("LS-NAME-007"):
        listener = case.server.listen(name)
        meets(case, listener, name)
        case.witness.connect(Name("abstract", name.value), wait=WITNESS_MS)
        listener.accept()


@scenario("LS-NAME-007", primitives=LOCAL, params={"name": ("abstract", "namespaced")})
def longer_abstract_name_is_not_shortened(case: Case) -> None:
    """One byte too many is an error for who listens and who connects, though the shorter name exists."""
    name = name_of(case, case.fact("sun_path"))
    shorter = Name("abstract", str(name.value)[:-1])
    with case.decides("LS-NAME-007"):
        case.allowed(case.fails(case.server.listen, name).kind, "listen on a name that is too long")
        case.fails(case.witness.connect, shorter, wait="try")
        case.witness.listen(shorter)
        case.allowed(case.fails(case.client.connect, name).kind, "connect to a name that is too long")


@scenario("LS-NAME-009", primitives=LOCAL)
def longest_path_works(case: Case) -> None:
    """A path of the greatest length is reached by an agent and by a raw client."""
    name = path_of(case, case.fact("sun_path") - 1)
    with case.decides("LS-NAME-009"):
        listener = case.server.listen(name)
        case.equal(case.witness.stat(name).type, "socket", "what is at the path")
        meets(case, listener, name)
        case.witness.connect(name, wait=WITNESS_MS)
        listener.accept()


@scenario("LS-NAME-010", primitives=LOCAL)
def path_without_terminator(case: Case) -> None:
    """A path as long as sun_path itself is there whole, or not at all."""
    name = path_of(case, case.fact("sun_path"))
    with case.decides("LS-NAME-010"):
        listener = case.attempt(case.server.listen, name)
        if isinstance(listener, Failed):
            case.equal(case.witness.list(case.workspace), (), "entries made by a listen that failed")
            case.allowed(listener.kind)
            return
        case.equal(case.witness.stat(name).type, "socket", "what is at the path")
        meets(case, listener, name)
        case.allowed("leads there")


@scenario("LS-NAME-008", primitives=LOCAL, params={"excess": (1, 100, 4000)})
def longer_path_is_not_shortened(case: Case) -> None:
    """A path that is too long is an error and makes nothing, under any part of itself."""
    limit = case.fact("sun_path")
    name = Name("path", str(path_of(case, limit).value) + "x" * case.number("excess"))
    with case.decides("LS-NAME-008"):
        case.allowed(case.fails(case.server.listen, name).kind, "listen on a path that is too long")
        case.equal(case.witness.list(case.workspace), (), "entries made by a listen that failed")


@scenario("LS-NAME-008", primitives=LOCAL, params={"excess": (1, 100, 4000)})
def longer_path_leads_nowhere(case: Case) -> None:
    """A connect to a path that is too long is an error, though a listener is where the shortened path leads."""
    shorter = path_of(case, case.fact("sun_path") - 1)
    name = Name("path", str(shorter.value) + "x" * (1 + case.number("excess")))
    case.witness.listen(shorter)
    with case.decides("LS-NAME-008"):
        case.allowed(case.fails(case.client.connect, name).kind, "connect to a path that is too long")


@scenario("LS-NAME-033", primitives=LOCAL)
def length_is_counted_in_bytes(case: Case) -> None:
    """Characters of two bytes fill a path twice as fast."""
    room = len(str(path_of(case, case.fact("sun_path") - 9).value)) - len(case.workspace) - 1
    fits = case.path("é" * (room // 2) + "p" * (room % 2))
    too_long = case.path("é" * (room - 1))
    with case.decides("LS-NAME-033"):
        meets(case, case.server.listen(fits), fits)
        case.equal(len(case.witness.list(case.workspace)), 1, "entries made by the path that fits")
        case.allowed(case.fails(case.server.listen, too_long).kind, "listen on a path with too many bytes")
        case.equal(len(case.witness.list(case.workspace)), 1, "entries after a listen that failed")


@scenario("LS-NAME-011", primitives=LOCAL, params={"at": ("start", "inside", "end")})
def path_with_nul_is_rejected(case: Case) -> None:
    """A NUL in a path is an error, though a listener is where the path would lead if it ended there."""
    start = "\0" if case.text("at") == "start" else ""
    ending = {"start": "", "inside": "\0b", "end": "\0"}[case.text("at")]
    taken, free = (Name("path", f"{start}{case.workspace}/{word}{ending}") for word in ("taken", "free"))
    case.witness.listen(case.path("taken"))
    with case.decides("LS-NAME-011"):
        case.allowed(case.fails(case.client.connect, taken).kind, "connect to a path with a NUL")
        case.allowed(case.fails(case.server.listen, free).kind, "listen on a path with a NUL")
        case.equal(case.witness.list(case.workspace), ("taken",), "entries after a listen that failed")


@scenario("LS-NAME-012", primitives=LOCAL, params={"at": ("start", "inside", "end")})
def abstract_name_with_nul(case: Case) -> None:
    """NUL bytes are part of an abstract name, or the name is rejected."""
    own = abstract(case, b"").value
    assert isinstance(own, bytes)
    name = Name("abstract", {"start": b"\0" + own, "inside": own + b"\0b", "end": own + b"\0"}[case.text("at")])
    with case.decides("LS-NAME-012"):
        listener = case.attempt(case.server.listen, name)
        if isinstance(listener, Failed):
            case.allowed(listener.kind)
            return
        case.fails(case.witness.connect, Name("abstract", own), wait="try")
        meets(case, listener, name)
        case.witness.connect(name, wait=WITNESS_MS)
        listener.accept()
        case.allowed("byte for byte")


@scenario("LS-NAME-034", primitives=LOCAL)
def abstract_name_of_any_bytes(case: Case) -> None:
    """An abstract name may be no text at all."""
    name = abstract(case, bytes([0xFF, 0xFE, 0x80, 0xC3, 0x28, 1, 10, 13, 27, 127]))
    with case.decides("LS-NAME-034"):
        listener = case.server.listen(name)
        meets(case, listener, name)
        case.witness.connect(name, wait=WITNESS_MS)
        listener.accept()


@scenario("LS-NAME-019", primitives=LOCAL, params={"agent": ("listens", "connects")})
def abstract_name_has_its_own_length(case: Case) -> None:
    """A raw peer that uses the same bytes is met, and one that pads them with NUL is not."""
    name, padded = abstract(case, b"x"), abstract(case, b"x\0")
    with case.decides("LS-NAME-019"):
        if case.text("agent") == "listens":
            listener = case.server.listen(name)
            case.fails(case.witness.connect, padded, wait="try")
            case.witness.connect(name, wait=WITNESS_MS)
            listener.accept()
            return
        raw = case.witness.listen(name)
        case.witness.listen(padded)
        case.server.connect(name)
        raw.accept(wait=WITNESS_MS)


@scenario("LS-NAME-013", primitives=LOCAL)
def empty_path_is_rejected(case: Case) -> None:
    """There is no endpoint without a name."""
    with case.decides("LS-NAME-013"):
        case.allowed(case.fails(case.server.listen, Name("path", "")).kind, "listen on an empty path")
        case.allowed(case.fails(case.client.connect, Name("path", "")).kind, "connect to an empty path")


@scenario("LS-NAME-015", primitives=LOCAL)
def relative_path_means_the_directory_of_the_caller(case: Case) -> None:
    """A relative path leads where the caller stands: elsewhere it leads nowhere, and one step up it leads back."""
    here, back = Name("path", "relative"), Name("path", "../relative")
    below = f"{case.workspace}/below"
    case.witness.make_directory(below)
    case.server.chdir(case.workspace)
    case.client.chdir(below)
    with case.decides("LS-NAME-015"):
        listener = case.server.listen(here)
        case.equal(case.witness.stat(f"{case.workspace}/relative").type, "socket", "what is there")
        case.equal(case.fails(case.client.connect, here).kind, "not_found", "connect in another directory")
        meets(case, listener, back)


@scenario("LS-NAME-036", primitives=LOCAL)
def relative_path_in_a_deep_directory(case: Case) -> None:
    """A short relative path works, however long the path of the directory is."""
    deep, here = f"{case.workspace}/{'d' * 200}", Name("path", "s")
    case.witness.make_directory(deep)
    case.server.chdir(deep)
    case.client.chdir(deep)
    with case.decides("LS-NAME-036"):
        meets(case, case.server.listen(here), here)


@scenario("LS-NAME-016", primitives=LOCAL, params={"name": ("path", "abstract", "namespaced")})
def case_tells_names_apart(case: Case) -> None:
    """A name in small letters is another name than the one in capitals."""
    case.server.listen(case.name("NAME"))
    small = case.name("name")
    with case.decides("LS-NAME-016"):
        second = case.attempt(case.party("second").listen, small)
        if isinstance(second, Failed):
            case.equal(second.kind, "in_use", "listen on the name in small letters")
            case.allowed("the same")
            return
        meets(case, second, small)
        case.allowed("different")


@scenario("LS-NAME-017", primitives=LOCAL)
def path_of_any_bytes(case: Case) -> None:
    """A path may be no text at all."""
    name = Name("path", case.workspace.encode() + b"/\xff\xfe\x80 \n")
    with case.decides("LS-NAME-017"):
        listener = case.attempt(case.server.listen, name)
        if isinstance(listener, Failed):
            case.allowed(listener.kind)
            return
        case.equal(case.witness.stat(name).type, "socket", "what is at these bytes")
        meets(case, listener, name)
        case.allowed("usable")


@scenario("LS-NAME-018", primitives=LOCAL, params={"name": ("path", "namespaced"), "text": tuple(TEXTS)})
def text_is_utf_8(case: Case) -> None:
    """Text of any script is the same name for every process: its UTF-8 bytes."""
    name = case.name(TEXTS[case.text("text")])
    with case.decides("LS-NAME-018"):
        meets(case, case.server.listen(name), Name(name.kind, str(name.value).encode()))
        if name.kind == "path":
            case.equal(case.witness.stat(name).type, "socket", "what is at the path in UTF-8")


@scenario("LS-NAME-035", primitives=LOCAL, params={"word": tuple(WORDS)})
def path_is_taken_literally(case: Case) -> None:
    """No character of a relative path means anything but itself."""
    word = WORDS[case.text("word")]
    name = Name("path", word)
    case.server.chdir(case.workspace)
    case.client.chdir(case.workspace)
    with case.decides("LS-NAME-035"):
        listener = case.server.listen(name)
        case.equal(case.witness.list(case.workspace), (word,), "entries made by the listen")
        meets(case, listener, name)


@scenario("LS-NAME-021", primitives=LOCAL, params={"link": ("socket", "directory")})
def symbolic_links_lead_to_the_listener(case: Case) -> None:
    """A path through a symbolic link is as good as the path itself."""
    directory = f"{case.workspace}/d"
    case.witness.make_directory(directory)
    listener = case.server.listen(Name("path", f"{directory}/s"))
    if case.text("link") == "socket":
        case.witness.symlink(f"{directory}/s", case.path("link"))
        linked = case.path("link")
    else:
        case.witness.symlink(directory, case.path("link"))
        linked = case.path("link/s")
    with case.decides("LS-NAME-021"):
        meets(case, listener, linked)


@scenario("LS-NAME-022", primitives=LOCAL)
def dangling_link_stays(case: Case) -> None:
    """A listen on a link that leads nowhere does not put a socket in the link's place."""
    case.witness.symlink(case.path("target"), case.path("link"))
    with case.decides("LS-NAME-022"):
        listener = case.attempt(case.server.listen, case.path("link"))
        case.equal(case.witness.stat(case.path("link")).type, "symlink", "what is at the path of the link")
        if isinstance(listener, Failed):
            case.allowed(listener.kind)
            return
        case.equal(case.witness.stat(case.path("target")).type, "socket", "what is where the link points")
        case.allowed("made at the target")


@scenario("LS-NAME-023", primitives=LOCAL)
def renamed_socket_file(case: Case) -> None:
    """The listener goes with its file."""
    listener = case.server.listen(case.path("old"))
    meets(case, listener, case.path("old"))
    case.witness.rename(case.path("old"), case.path("new"))
    with case.decides("LS-NAME-023"):
        meets(case, listener, case.path("new"))
        case.equal(case.fails(case.client.connect, case.path("old")).kind, "not_found", "connect to the old path")


@scenario("LS-LIFE-014", primitives=LOCAL)
def directory_that_is_not_there(case: Case) -> None:
    """A listener makes its file and nothing above it."""
    with case.decides("LS-LIFE-014"):
        case.allowed(case.fails(case.server.listen, case.path("no/s")).kind, "listen in no directory")
        case.equal(case.witness.list(case.workspace), (), "entries made by a listen that failed")


@scenario("LS-LIFE-015", primitives=LOCAL)
def prefix_that_is_no_directory(case: Case) -> None:
    """Nothing is below a file."""
    case.witness.write_file(case.path("file"), "text")
    with case.decides("LS-LIFE-015"):
        case.allowed(case.fails(case.server.listen, case.path("file/s")).kind, "listen below a file")
        case.allowed(case.fails(case.client.connect, case.path("file/s")).kind, "connect below a file")
