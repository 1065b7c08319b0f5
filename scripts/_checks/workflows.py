"""The CI files: right by their published schemas, by actionlint and by zizmor, every action pinned to a commit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

WORKFLOWS = Path(".github", "workflows")
COMPONENT = Path("templates", "judge.yml")
_USES = re.compile(r"^\s*(?:- )?uses:\s*(\S+)(.*)$", re.MULTILINE)
_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def findings(root: Path) -> list[str]:
    """What is wrong with the CI files, one text each."""
    workflows = sorted((root / WORKFLOWS).glob("*.yml"))
    if not workflows:
        return [f"{WORKFLOWS} has no workflow; this check would see nothing"]
    found = [*pins([*workflows, root / "action.yml"], root)]
    found += _schema(root, "vendor.github-workflows", workflows)
    found += _schema(root, "custom.github-workflows-require-timeout", [root / WORKFLOWS / "judge.yml"])
    found += _schema(root, "vendor.github-actions", [root / "action.yml"])
    found += _component(root)
    zizmor = str(Path(sys.executable).with_name("zizmor"))
    found += _tool(root, [zizmor, "--offline", "--quiet", "--no-progress", *map(str, workflows), "action.yml"])
    found += _actionlint(root, workflows)
    return found


def pins(paths: Sequence[Path], root: Path) -> Iterator[str]:
    """Actions of others that are not named by a commit, with the version in a comment for those who read."""
    for path in paths:
        for uses, rest in _USES.findall(path.read_text(encoding="utf-8")):
            if uses.startswith("./"):
                continue
            if _PINNED.fullmatch(uses) is None or not re.match(r"\s+# v\d", rest):
                yield f"{path.relative_to(root)}: {uses}: name a commit and its version: OWNER/NAME@SHA # v1.2.3"


def _schema(root: Path, name: str, paths: Sequence[Path]) -> list[str]:
    command = [sys.executable, "-I", "-m", "check_jsonschema", "--builtin-schema", name, *map(str, paths)]
    return _tool(root, command)


def _component(root: Path) -> list[str]:
    """A component is two documents; GitLab's schema describes the second, in which inputs are not filled in yet."""
    _, _, job = (root / COMPONENT).read_text(encoding="utf-8").partition("\n---\n")
    if not job:
        return [f"{COMPONENT}: is to be a specification of inputs, ---, and jobs"]
    with tempfile.TemporaryDirectory(prefix="ipc-conformance-gitlab-") as name:
        path = Path(name) / "component.yml"
        path.write_text(job.replace("$[[ inputs.stage ]]", "test"), encoding="utf-8")
        return _schema(root, "vendor.gitlab-ci", [path])


def _actionlint(root: Path, workflows: Sequence[Path]) -> list[str]:
    beside = Path(sys.executable).with_name("actionlint")
    program = str(beside) if beside.exists() else shutil.which("actionlint")
    if program is not None:
        return _tool(root, [program, "-no-color", *map(str, workflows)])
    remedy = "actionlint is not installed: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.7, on the PATH"
    if os.environ.get("CI"):
        return [remedy]
    print(f"not run: {remedy}", flush=True)
    return []


def _tool(root: Path, command: Sequence[str]) -> list[str]:
    done = subprocess.run(
        command, cwd=root, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    name = next(word for word in command if not word.startswith("-") and word != sys.executable)
    return [] if done.returncode == 0 else [f"{Path(name).name}: {done.stdout.strip()} (status {done.returncode})"]
