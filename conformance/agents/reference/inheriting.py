"""Hand endpoints to a child by a real exec, and take over what was inherited."""

from __future__ import annotations

from _thread import allocate_lock

from .adopting import take
from .greeting import VERSION
from .offspring import Child
from .trouble import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc import Listener, Receiver, Sender, Stream

    from .agent import Agent
    from .arguments import Arguments
    from .foreign import Foreign
    from .wire import Reply

# One child at a time, or it would get what is marked for the other.
_spawning = allocate_lock()


def spawn(agent: Agent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    endpoints: dict[str, Stream | Receiver | Sender | Listener | Foreign] = {}
    for name in arguments.texts("inherit"):
        endpoint = agent.table.get(name)
        if isinstance(endpoint, Child):
            raise Refused("invalid_handle", f"{name!r} has no descriptor to inherit")
        endpoints[name] = endpoint
    tokens = {name: endpoint.fileno() for name, endpoint in endpoints.items()}
    with _spawning:
        try:
            for endpoint in endpoints.values():
                endpoint.inheritable = True
            child = Child(agent.program, list(tokens.values()))
        finally:
            for endpoint in endpoints.values():
                endpoint.inheritable = False
    # Linux wakes the parent of a posix_spawn before it closes what is close-on-exec in the child (fs/exec.c);
    # a child that answers has them behind it.
    try:
        child.ask("hello", {"protocol": [VERSION, VERSION], "role": "subject"})
    except Refused:
        child.close()
        raise
    agent.table.add(handle, child)
    return {"pid": child.pid, "tokens": tokens}


def ask(agent: Agent, arguments: Arguments) -> Reply:
    child = agent.table.child(arguments, "child")
    request = arguments.table("request")
    return {"reply": child.ask(request.text("op"), request.raw("args") or {})}


def adopt(agent: Agent, arguments: Arguments) -> Reply:
    handle = agent.table.refuse_taken(arguments.text("as"))
    kind = arguments.text("kind")
    if kind not in ("stream", "listener", "receiver", "sender"):
        raise Refused("invalid_input", f"'kind' is to be stream, listener, receiver or sender, not {kind!r}")
    agent.table.add(handle, take(arguments.whole("token"), kind))
    return {}


def inheritable(agent: Agent, arguments: Arguments) -> Reply:
    return {"inheritable": agent.table.numbered(arguments).inheritable}
