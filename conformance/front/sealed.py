"""How pytest is started for a run: with nothing of the place where it is started, and nothing that a run does not need.

No configuration file, no conftest, no variable, no plugin that happens to be installed, no built-in plugin but those
that do something here. Workers of pytest-xdist are started with the same arguments and variables.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from dataclasses import dataclass

_BUILT_IN = (
    "python", "terminal", "debugging", "unittest", "capture", "skipping", "legacypath", "tmpdir", "monkeypatch",
    "recwarn", "pastebin", "assertion", "doctest", "cacheprovider", "setuponly", "setupplan", "stepwise",
    "unraisableexception", "threadexception", "warnings", "logging", "reports", "faulthandler", "subtests",
    "freeze_support",
    "junitxml",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Front:
    """What of a run is pytest's and pytest-xdist's business."""

    keyword: str | None = None
    workers: str | None = None
    tx: tuple[str, ...] = ()
    junit: str | None = None

    @property
    def distributed(self) -> bool:
        """Whether pytest-xdist runs the cases in other processes."""
        return self.workers not in (None, "0") or bool(self.tx)


def arguments(front: Front, order: str) -> list[str]:
    """pytest's command line.

    Each option is one word with its value: pytest-xdist takes a word that is an existing path for a test file.
    """
    words = [f"--config-file={os.devnull}", f"--rootdir={os.path.abspath(os.sep)}", "--noconftest"]
    wanted = {"junitxml": front.junit, "reports": front.distributed}
    words += [f"-pno:{name}" for name in _BUILT_IN if not wanted.get(name)]
    words += ["-pconformance.pytest_plugin", f"--ipc-order={order}"]
    words += [f"-k{front.keyword}"] if front.keyword else []
    words += [f"--junit-xml={os.path.abspath(front.junit)}"] if front.junit else []
    if front.distributed:
        words += ["-pxdist.plugin", "--dist=load"]
        words += [f"-n{front.workers}"] if front.workers else [f"--tx={spec}" for spec in front.tx]
    return words


def seal(environment: MutableMapping[str, str]) -> None:
    """Take what could change pytest out of the environment; workers inherit it."""
    for name in [name for name in environment if name.startswith(("PYTEST_", "COV_CORE_"))]:
        del environment[name]
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # A worker is `python -c ...`, which would otherwise look for modules in the working directory first.
    environment["PYTHONSAFEPATH"] = "1"
    if sys.flags.ignore_environment:
        for name in [name for name in environment if name.startswith("PYTHON") and name != "PYTHONSAFEPATH"]:
            del environment[name]
