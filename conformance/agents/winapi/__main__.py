"""Start the agent from its folder."""

import os
import sys


def _start() -> None:
    folder = os.path.abspath(sys.path[0])
    # The wire and the values of the protocol are those of the other agent that uses the standard library only.
    sys.path[0:1] = [os.path.dirname(os.path.dirname(folder))]
    __import__("agents.winapi.serve", fromlist=["main"]).main()


if __name__ == "__main__":
    _start()
