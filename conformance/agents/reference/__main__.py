"""Start the agent: from its folder, or from agent.pyz."""

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
    start.main()


if __name__ == "__main__":
    _start()
