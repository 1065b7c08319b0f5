"""Who gets a name: what may be overwritten and what not, and who wins a race."""

from __future__ import annotations

from conformance.party import Listener, Name, Party
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._maze import maze
from conformance.scenarios._meeting import fill_queue, meets
from conformance.scenarios._things import THINGS, look, thing

LOCAL = ("local_socket",)
KINDS = {"name": ("path", "abstract", "namespaced")}
RACERS = 4
ROUNDS = 8


def racers(case: Case) -> list[Party]:
    """Processes that are running: one is started by its first request, and only then is a race a race."""
    parties = [case.party(f"racer{number}") for number in range(RACERS)]
    for racer in parties:
        case.attempt(racer.connect, case.path("nobody"))
    return parties


def one_wins(case: Case, parties: list[Party], name: Name, *, overwrite: bool | None = None) -> None:
    """A violation unless one of the parties, which listen at the same moment, serves, and the others are told."""
    started = [case.begin(party.listen, name, overwrite=overwrite) for party in parties]
    outcomes = [case.attempt(attempt.result) for attempt in started]
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            case.allowed(outcome.kind, "listen of a process that lost the race")
    winners = [outcome for outcome in outcomes if isinstance(outcome, Listener)]
    case.equal(len(winners), 1, "processes that listen on the name")
    meets(case, winners[0], name, strays=RACERS if overwrite else 0)


@scenario("LS-LIFE-009", primitives=LOCAL, params={"stale": ("killed", "closed")})
def stale_name_is_taken_over(case: Case) -> None:
    """A successor that may overwrite serves under the name of the dead."""
    name = case.path()
    predecessor = case.party("predecessor")
    gone = predecessor.listen(name, reclaim=False) if case.text("stale") == "closed" else predecessor.listen(name)
    if case.text("stale") == "closed":
        gone.close()
    else:
        case.die(predecessor)
    with case.decides("LS-LIFE-009"):
        meets(case, case.server.listen(name, overwrite=True), name)


@scenario("LS-LIFE-028", primitives=LOCAL)
def nothing_to_overwrite(case: Case) -> None:
    """A listener that may overwrite need not."""
    name = case.path()
    with case.decides("LS-LIFE-028"):
        meets(case, case.server.listen(name, overwrite=True), name)


@scenario("LS-LIFE-027", primitives=LOCAL, params={"by": ("another", "itself")})
def live_name_is_not_taken_over(case: Case) -> None:
    """Who may overwrite a stale name finds a live one in use; the listener goes on as before."""
    name = case.path()
    listener = case.server.listen(name)
    second = case.server if case.text("by") == "itself" else case.party("second")
    with case.decides("LS-LIFE-027"):
        case.allowed(case.fails(second.listen, name, overwrite=True).kind, "overwriting a live listener")
        meets(case, listener, name, strays=2)


@scenario("LS-LIFE-031", primitives=LOCAL)
def busy_name_is_not_taken_over(case: Case) -> None:
    """A listener that is too busy to take one more connection is not dead."""
    name = case.path()
    case.server.listen(name, backlog=1)
    fill_queue(case, name)
    before = case.witness.stat(name)
    with case.decides("LS-LIFE-031"):
        failed = case.fails(case.party("second").listen, name, overwrite=True)
        case.allowed(failed.kind, "overwriting a listener with a full queue")
        case.equal(case.witness.stat(name), before, "the socket file afterwards")


@scenario("LS-LIFE-032", primitives=LOCAL)
def bound_name_is_not_taken_over(case: Case) -> None:
    """A name whose owner is about to listen is not free."""
    name = case.path()
    case.witness.bind_only(name)
    before = case.witness.stat(name)
    with case.decides("LS-LIFE-032"):
        case.allowed(case.fails(case.server.listen, name, overwrite=True).kind, "overwriting a name that is bound")
        case.equal(case.witness.stat(name), before, "the socket file afterwards")


@scenario("LS-SEC-012", primitives=LOCAL, params={"thing": THINGS})
def what_is_no_socket_is_not_overwritten(case: Case) -> None:
    """Permission to overwrite a stale name is no permission to destroy a file."""
    path, kind = case.path("thing"), case.text("thing")
    before = thing(case, path, kind)
    with case.decides("LS-SEC-012"):
        case.fails(case.server.listen, path, overwrite=True)
        case.equal(look(case, path, kind), before, f"the {kind} afterwards")


@scenario("LS-CONC-005", primitives=LOCAL, params=KINDS)
def race_for_a_name_has_one_winner(case: Case) -> None:
    """Of several processes that listen on one name at the same moment, one serves and the others are told."""
    parties = racers(case)
    with case.decides("LS-CONC-005"):
        one_wins(case, parties, case.name())


@scenario("LS-LIFE-034", primitives=LOCAL, alone=True)
def race_for_a_stale_name_has_one_winner(case: Case) -> None:
    """Of several processes that take over one stale name at the same moment, one serves and the others are told."""
    slow, direct = maze(case)
    parties = racers(case)
    for number in range(ROUNDS):
        case.witness.listen(Name("path", f"{direct}/{number}"), reclaim=False).close()
    with case.decides("LS-LIFE-034"):
        for number in range(ROUNDS):
            one_wins(case, parties, Name("path", f"{slow}/{number}"), overwrite=True)
