"""Each check finds what it is there to find."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from _checks import gates, schemas, sleeps, texts

PLACE = "/hom" + "e/ada/notes"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small repository that breaks no rule."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    write(tmp_path, "README.md", "# A project\n")
    write(tmp_path, "pyproject.toml", "[tool.mypy]\nexplicit_package_bases = true\nnamespace_packages = true\n")
    write(tmp_path, "changelog.d/README.md", "# What changed\n")
    write(tmp_path, "ipc/__init__.py", '"""Nothing yet."""\n')
    write(
        tmp_path,
        "conformance/spec/schema/reply.json",
        f'{{"$schema": "{schemas.DIALECT}", "$id": "reply", "title": "A reply", "$defs": {{"id": {{}}}}}}\n',
    )
    return tmp_path


def write(repository: Path, name: str, text: str) -> None:
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_small_repository_breaks_no_rule(repository: Path) -> None:
    assert [*texts.findings(repository), *sleeps.findings(repository), *schemas.findings(repository)] == []


@pytest.mark.parametrize(
    ("name", "text", "finding"),
    [
        ("README.md", "word\n" * 121, "README.md has 121 lines"),
        ("ipc/long.py", "word = 1\n" * 401, "ipc/long.py has 401 lines"),
        ("ipc/utils.py", "word = 1\n", "the name says nothing"),
        ("ipc/path_helpers.py", "word = 1\n", "the name says nothing"),
        ("notes.md", f"see {PLACE} for more\n", "exists on somebody's computer only"),
        ("changelog.d/thing.md", "Something is new.\n", "KIND one of"),
        ("changelog.d/thing.added.md", "- Something is new.\n", "plain sentences"),
        ("changelog.d/thing.added.md", "Something is new", "full stop"),
        ("changelog.d/thing.added.md", "Something is new.\n" * 6, "at most 5 lines"),
    ],
)
def test_rule_about_texts_is_enforced(repository: Path, name: str, text: str, finding: str) -> None:
    write(repository, name, text)
    found = texts.findings(repository)
    assert any(finding in line for line in found), found


@pytest.mark.parametrize("text", ["import time\n\ntime.sleep(1)\n", "from time import sleep\n"])
def test_sleep_is_found(repository: Path, text: str) -> None:
    write(repository, "ipc/slow.py", text)
    assert any("time.sleep" in line for line in sleeps.findings(repository))


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("{", "is no JSON"),
        ("{}", "does not name its dialect"),
        (f'{{"$schema": "{schemas.DIALECT}", "title": "A reply"}}', "has no $id"),
        (
            f'{{"$schema": "{schemas.DIALECT}", "$id": "r", "title": "t", "$ref": "#/$defs/gone"}}',
            "leads nowhere",
        ),
        (
            f'{{"$schema": "{schemas.DIALECT}", "$id": "r", "title": "t", "properties": {{}}, "required": ["id"]}}',
            "does not describe it",
        ),
    ],
)
def test_broken_schema_is_found(repository: Path, text: str, finding: str) -> None:
    write(repository, "conformance/spec/schema/broken.json", text)
    found = schemas.findings(repository)
    assert any(finding in line for line in found), found


def test_repository_without_schemas_is_found(repository: Path) -> None:
    (repository / "conformance/spec/schema/reply.json").unlink()
    assert schemas.findings(repository) != []


def test_module_behind_a_gate_of_no_platform_is_found_and_one_behind_a_real_gate_is_not(repository: Path) -> None:
    write(repository, "ipc/windows.py", 'import sys\n\nassert sys.platform == "win32"\n')
    write(repository, "ipc/nowhere.py", 'import sys\n\nassert sys.platform == "windows"\n')
    found = gates.findings(repository)
    assert [line.partition(":")[0] for line in found] == ["ipc/nowhere.py"] * 3
    assert "no system has sys.platform 'windows'" in found[0]
    assert "mypy reads its last line on no platform" in found[1]
    assert "pyright reads its last line on no platform" in found[2]
