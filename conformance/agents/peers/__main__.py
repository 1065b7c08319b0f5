"""Starts an agent by its name: `python3 -I conformance/agents/peers trio`."""

import os
import sys

PROGRAMS = {
    "asyncio-streams": ("asyncio_streams", "asyncio"),
    "trio": ("trio_streams", "trio"),
    "anyio": ("anyio_streams", "anyio"),
    "multiprocessing-connection": ("connections", "multiprocessing"),
}
USAGE, COULD_NOT_START = 2, 4


def main() -> None:
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in PROGRAMS:
        print(f"peers: name one agent of {', '.join(PROGRAMS)}", file=sys.stderr)
        sys.exit(USAGE)
    program, package = PROGRAMS[name]
    # Absolute, because modules are still imported after `chdir`; last, so that nothing of ours hides a package.
    sys.path.append(os.path.abspath(__file__).rpartition("/conformance/")[0])
    try:
        __import__(package)
    except ModuleNotFoundError as missing:
        print(
            f"agent {name}: the package {missing.name!r} is not installed for {sys.executable};"
            " `pip install 'ipc-conformance[peers]'` brings it",
            file=sys.stderr,
        )
        sys.exit(COULD_NOT_START)
    __import__(f"conformance.agents.peers.{program}", fromlist=["main"]).main()


if __name__ == "__main__":
    if os.name == "nt":
        sys.exit("peers: these agents need a POSIX system; judge another agent on Windows")
    # Run as a folder, Python puts the folder itself on the path.
    del sys.path[0]
    main()
