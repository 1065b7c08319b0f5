"""Hand endpoints to a child by a real exec, and take over what was inherited."""

from __future__ import annotations

from _thread import allocate_lock

from .adopting import take
from .greeting import VERSION
from .offspring import Child
from .trouble import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .agent import Agent
    from .arguments import Arguments
    from .foreign import Foreign
    from .owning import Holder
    from .table import AnyTable, Numbered
    from .wire import Reply

# One child at a time, or it would get what is marked for the other.
_spawning = allocate_lock()


def spawn(agent: Agent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    child, tokens = begin(agent.table, agent.program, arguments)
    greet(child)
    agent.table.add(handle, child)
    return {"pid": child.pid, "tokens": tokens}


def begin(table: AnyTable, program: list[str], arguments: Arguments) -> tuple[Child, dict[str, int]]:
    """A child that has what it is to inherit, and the numbers of that."""
    endpoints: dict[str, Numbered | Foreign] = {}
    for name in arguments.texts("inherit"):
        endpoint = table.get(name)
        if isinstance(endpoint, Child):
            raise Refused("invalid_handle", f"{name!r} has no descriptor to inherit")
        endpoints[name] = endpoint
    tokens = {name: endpoint.fileno() for name, endpoint in endpoints.items()}
    with _spawning:
        try:
            for endpoint in endpoints.values():
                endpoint.inheritable = True
            return Child(program, list(tokens.values())), tokens
        finally:
            for endpoint in endpoints.values():
                endpoint.inheritable = False


def greet(child: Child) -> None:
    """Wait until the child is there, or close it.

    Linux wakes the parent of a posix_spawn before it closes what is close-on-exec in the child (fs/exec.c);
    a child that answers has that behind it.
    """
    try:
        child.ask("hello", {"protocol": [VERSION, VERSION], "role": "subject"})
    except Refused:
        child.close()
        raise


def ask(agent: Agent, arguments: Arguments) -> Reply:
    child = agent.table.child(arguments, "child")
    request = arguments.table("request")
    return {"reply": child.ask(request.text("op"), request.raw("args") or {})}


def adopt(agent: Agent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    kind = arguments.text("kind")
    agent.table.add(handle, take(arguments.whole("token"), refuse_other_kinds(kind)))
    return {}


def refuse_other_kinds(kind: str) -> str:
    """`kind`, if it is one that can be adopted."""
    if kind not in ("stream", "listener", "receiver", "sender"):
        raise Refused("invalid_input", f"'kind' is to be stream, listener, receiver or sender, not {kind!r}")
    return kind


def inheritable(agent: Holder, arguments: Arguments) -> Reply:
    return {"inheritable": agent.table.numbered(arguments).inheritable}
