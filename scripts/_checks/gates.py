"""Platform gates that hide a module from every checker.

A gate is an `assert sys.platform == ...` on top of a module: on other platforms a type checker stops reading there.
With a misspelt platform it stops everywhere, and everything below goes unchecked without a word.
So in a copy each module gets a wrong assignment as its last line, and each checker has to complain of it somewhere.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from _checks import sources

ROOMS = ("ipc", "conformance", "matrix", "scripts")
PROBE = "_visible_to_the_checker: int = 'wrong on purpose'"
MYPY_PLATFORMS = ("linux", "darwin", "win32")
PYRIGHT_PLATFORMS = ("Linux", "Darwin", "Windows")

# What CPython sets sys.platform to, or begins it with, on systems that could run this project.
PLATFORMS = (
    "linux",
    "darwin",
    "win32",
    "cygwin",
    "android",
    "ios",
    "freebsd",
    "netbsd",
    "openbsd",
    "dragonfly",
    "sunos",
)


def findings(root: Path) -> list[str]:
    """Modules that a checker sees on no platform, and comparisons with platforms that do not exist."""
    return [*_unknown_platforms(root), *_invisible(root)]


def _unknown_platforms(root: Path) -> Iterator[str]:
    for path in sources.python(root):
        for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
            for name in _compared_with_platform(node):
                if name not in PLATFORMS:
                    where = f"{path.relative_to(root)}:{getattr(node, 'lineno', '?')}"
                    yield f"{where}: no system has sys.platform {name!r}; known are {', '.join(PLATFORMS)}"


def _compared_with_platform(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Compare(left=left, comparators=comparators) if _is_platform(left):
            operands = comparators
        case ast.Call(func=ast.Attribute(value=value, attr="startswith"), args=operands) if _is_platform(value):
            pass
        case _:
            return
    for operand in operands:
        for leaf in ast.walk(operand):
            if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                yield leaf.value


def _is_platform(node: ast.expr) -> bool:
    return ast.unparse(node) == "sys.platform"


def _invisible(root: Path) -> Iterator[str]:
    modules = sources.python(root, *ROOMS)
    with TemporaryDirectory(prefix="ipc-conformance-gates-") as name:
        copy = Path(name)
        last_lines = {_copy_with_probe(path, root, copy): path.relative_to(root) for path in modules}
        (copy / "pyproject.toml").write_bytes((root / "pyproject.toml").read_bytes())
        for checker, seen in (("mypy", _seen_by_mypy(copy)), ("pyright", _seen_by_pyright(copy))):
            if not seen:
                yield f"{checker} saw no module at all; run scripts/check {checker} to see why"
                continue
            for line, module in last_lines.items():
                if line not in seen:
                    yield f"{module}: {checker} reads its last line on no platform; look at its gate"


def _copy_with_probe(path: Path, root: Path, copy: Path) -> tuple[str, int]:
    text = path.read_text(encoding="utf-8") + f"\n{PROBE}\n"
    target = copy / path.relative_to(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return str(path.relative_to(root)), text.count("\n")


def _seen_by_mypy(copy: Path) -> set[tuple[str, int]]:
    rooms = [room for room in ROOMS if (copy / room).exists()]
    seen: set[tuple[str, int]] = set()
    for platform in MYPY_PLATFORMS:
        output = _output(
            copy,
            "mypy",
            "--platform",
            platform,
            "--no-pretty",
            "--no-error-summary",
            "--cache-dir",
            str(copy / platform),
            *rooms,
        )
        for line in output.splitlines():
            file, _, rest = line.partition(":")
            number, _, message = rest.partition(":")
            if message.startswith(" error:") and number.isdigit():
                seen.add((str(Path(file)), int(number)))
    return seen


def _seen_by_pyright(copy: Path) -> set[tuple[str, int]]:
    seen: set[tuple[str, int]] = set()
    for platform in PYRIGHT_PLATFORMS:
        output = _output(copy, "pyright", "--outputjson", "--pythonplatform", platform, "--pythonpath", sys.executable)
        for diagnostic in json.loads(output)["generalDiagnostics"]:
            if diagnostic["severity"] == "error":
                file = Path(diagnostic["file"]).resolve().relative_to(copy.resolve())
                seen.add((str(file), diagnostic["range"]["start"]["line"] + 1))
    return seen


def _output(copy: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-m", *arguments],
        cwd=copy,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return done.stdout
