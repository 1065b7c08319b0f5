"""Start the agent: from its folder, or from agent.pyz; with `asyncio` or `trio`, the one on that event loop."""

import os
import sys


def _start() -> None:
    if not __package__:
        # Python puts the folder itself, or the file agent.pyz, on the path. Absolute, for a later chdir.
        folder = os.path.abspath(sys.path[0])
        agents = os.path.dirname(folder)
        checkout = os.path.dirname(os.path.dirname(agents))
        sys.path[0:1] = [agents, checkout]
    start = __import__("reference.start", fromlist=["main"])
    match sys.argv[1:]:
        case []:
            start.main()
        case ["asyncio" | "trio"]:
            start.main(__import__("reference.tasks.agent", fromlist=["serve"]).serve)
        case words:
            sys.exit(f"reference agent: {' '.join(words)!r} is no event loop; give asyncio, trio, or nothing")


if __name__ == "__main__":
    _start()
