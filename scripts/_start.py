"""Start a program of the private environment `.venv`: at once when nothing has changed.

Every start passes through here, so this file imports only what a bare interpreter has loaded already,
and its syntax is old enough for an old Python to read the message that refuses it.
"""

import os
import sys

# The exit status of `ipc-conformance` for "the harness could not start".
COULD_NOT_START = 4

if sys.version_info < (3, 11):  # noqa: UP036  # the check by which an older one is refused
    sys.stderr.write(
        f"ipc-conformance: Python 3.11 or later is needed, this is {sys.executable} {sys.version.split()[0]};"
        " start the script with a newer one\n"
    )
    sys.exit(COULD_NOT_START)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def wanted() -> bytes:
    """What the environment depends on: the place, the interpreter below it, and the two files that say what is in it.

    The whole text and not a digest of it: comparing is quicker than loading hashlib.
    """
    parts = [ROOT.encode(), os.path.realpath(PYTHON).encode()]
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(ROOT, name), "rb") as file:
            parts.append(file.read())
    return b"\0".join(parts)


def stamp(profile: str) -> str:
    """Return the path of the file that says that the environment is ready for `profile`."""
    return os.path.join(VENV, "ready-for-" + profile)


def is_ready(profile: str) -> bool:
    try:
        with open(stamp(profile), "rb") as file:
            return file.read() == wanted()
    except OSError:
        return False


def prepare(profile: str) -> None:
    """Make `.venv` ready for `profile` (`run` or `dev`), or end the process with a line that names the remedy."""
    if not is_ready(profile):
        import _install

        _install.set_up(profile)


def start(profile: str, options: list[str], arguments: list[str]) -> None:
    """Become `.venv`'s Python with `options` and `arguments`; never returns."""
    prepare(profile)
    command = [PYTHON, *options, *arguments]
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        launch(command)
    except OSError:
        # The interpreter below the environment was moved or removed since.
        import _install

        _install.set_up(profile, from_scratch=True)
        launch(command)


def launch(command: list[str]) -> None:
    if os.name != "nt":
        os.execv(command[0], command)
    # Windows' exec leaves the caller's console to two processes at once, so a parent stays and waits.
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(subprocess.call(command))
