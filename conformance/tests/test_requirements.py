"""The spec is read strictly: whatever would turn a requirement off by a slip is an error that names the place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance import requirements
from conformance.requirements import Spec, SpecError, load

HERE = Path(requirements.__file__).parent
Edited = Callable[[str], Spec]
GOOD = """
[[requirement]]
id = "T-ONE-001"
level = "must"
sentence = "It MUST."
primitives = ["fifo"]
modes = ["blocking"]
platforms = ["unix"]
sources = ["POSIX.1-2024 read()"]
"""


@pytest.fixture
def spec_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the spec that `load` reads in place of the real one."""
    shutil.copytree(HERE / "spec", tmp_path / "spec", ignore=shutil.ignore_patterns("*.json"))

    def files(_package: str) -> Path:
        return tmp_path

    monkeypatch.setattr(requirements, "files", files)
    for source in (tmp_path / "spec" / "requirements").glob("*.toml"):
        source.unlink()
    return tmp_path / "spec"


@pytest.fixture
def edited(spec_directory: Path) -> Edited:
    """The spec with these requirements and no others."""

    def read(text: str) -> Spec:
        (spec_directory / "requirements" / "one.toml").write_text(text, encoding="utf-8")
        return load()

    return read


def test_the_spec_that_is_shipped_is_valid() -> None:
    spec = load()
    assert len(spec.requirements) > 50
    assert {"linux", "macos", "freebsd", "windows"} <= set(spec.platforms)


def test_a_requirement_is_read_as_it_stands(edited: Edited) -> None:
    one = edited(
        GOOD + 'outcomes = { default = ["end"], linux = ["reset", "end"] }\nneeds = ["half_close"]'
    ).requirement("T-ONE-001")
    assert (one.level, one.sentence, one.primitives, one.modes) == ("must", "It MUST.", ("fifo",), ("blocking",))
    assert one.needs == ("half_close",)
    assert one.allowed("linux") == ("reset", "end")
    assert one.allowed("macos") == ("end",)
    assert not one.observed
    assert one.untested is None


def test_a_group_stands_for_its_platforms(edited: Edited) -> None:
    spec = edited(GOOD)
    assert spec.requirement("T-ONE-001").platforms == {
        name for name, platform in spec.platforms.items() if "unix" in platform.groups
    }
    assert "windows" not in spec.requirement("T-ONE-001").platforms


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("sentence =", "sentense =", "unknown key 'sentense'; known: .*sentence"),
        ("[[requirement]]", "[[requirements]]", "unknown key 'requirements'; known: requirement"),
        ("[[requirement]]", "[requirement]", r"requirement is to be a list of tables, \[\[requirement\]\]"),
        ('"must"', '"MUST"', "level 'MUST' is none of must, should, may"),
        ('"It MUST."', '""', "sentence is to be a text that is not empty"),
        ('"It MUST."', "7", "sentence is to be a text that is not empty"),
        ('["fifo"]', '["fifos"]', "primitives 'fifos' is none of local_socket"),
        ('["fifo"]', '"fifo"', "primitives is to be a list of texts"),
        ('["fifo"]', "[]", "primitives is to name at least one"),
        ('["fifo"]', '["fifo", "fifo"]', "primitives names something twice"),
        ('["blocking"]', '["blockin"]', "modes 'blockin' is none of"),
        ('["unix"]', '["linus"]', "'linus' is neither a platform nor a group"),
        ('["unix"]', "[]", "name at least one platform or group"),
        ('["POSIX.1-2024 read()"]', "[]", "name at least one source"),
        ("id =", "observed = 1\nid =", "observed is to be true or false"),
        ("id =", 'needs = ["halfclose"]\nid =', "needs 'halfclose', which capabilities.toml does not define"),
        ("id =", 'outcomes = ["end"]\nid =', "outcomes is to be a table"),
        ("id =", 'outcomes = { linus = ["end"] }\nid =', "outcomes for 'linus', which is no platform"),
        ("id =", 'outcomes = { default = "end" }\nid =', "default is to be a list of texts"),
        ("id =", "outcomes = { default = [] }\nid =", "outcomes for default are to be at least one"),
        ("id =", 'outcomes = { linux = ["end"] }\nid =', "outcomes say nothing of android; add it, or default"),
        ("id =", 'untested = ""\nid =', "untested is to be a text that is not empty"),
        ('id = "T-ONE-001"', "", "id is to be a text that is not empty"),
        ("level", "= level", "not valid TOML"),
    ],
)
def test_a_slip_is_an_error_that_names_the_place(before: str, after: str, message: str, edited: Edited) -> None:
    assert before in GOOD
    with pytest.raises(SpecError, match=f"one.toml.*{message}"):
        edited(GOOD.replace(before, after))


def test_an_id_is_never_given_twice_also_not_in_two_files(spec_directory: Path, edited: Edited) -> None:
    (spec_directory / "requirements" / "two.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(SpecError, match=r"two.toml: requirement T-ONE-001: the id is taken already"):
        edited(GOOD)


def test_what_is_no_text_is_an_error_too(spec_directory: Path) -> None:
    (spec_directory / "requirements" / "one.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SpecError, match=r"one.toml: not valid TOML"):
        load()


def test_other_files_in_the_folder_are_passed_over(spec_directory: Path, edited: Edited) -> None:
    (spec_directory / "requirements" / "notes.md").write_text("not TOML", encoding="utf-8")
    assert list(edited(GOOD).requirements) == ["T-ONE-001"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("platforms.toml", '[[platform]]\nname = "plan9"\n', "plan9: title is to be a text"),
        ("platforms.toml", '[[platform]]\nname = "plan9"\ntitle = "Plan 9"\nfacts = 7\n', "facts is to be a table"),
        ("platforms.toml", '[[platform]]\nname = "linux"\ntitle = "Linux"\n', "platform linux: it is there twice"),
        ("platforms.toml", '[[platform]]\nname = "p"\ntitle = "P"\nfacts = { a = [] }\n', "fact a is to be a number"),
        ("capabilities.toml", '[[capability]]\nname = "fifo"\nsentence = "x"\n', "capability fifo: it is there twice"),
        ("capabilities.toml", '[[capability]]\nname = "x"\nsentence = "x"\nrequired_by = ["y"]\n', "required_by 'y'"),
        ("errors.toml", '[[error]]\nkind = "end"\nsentence = "x"\n', "error end: it is there twice"),
        ("capabilities.toml", '[[capability]]\nname = "x"\nsentence = "x"\nneeds = []\n', "unknown key 'needs'"),
        ("errors.toml", '[[error]]\nkind = "x"\n', "error x: sentence is to be a text"),
    ],
)
def test_the_other_files_are_as_strict(name: str, text: str, message: str, spec_directory: Path) -> None:
    with (spec_directory / name).open("a", encoding="utf-8") as file:
        file.write("\n" + text)
    with pytest.raises(SpecError, match=f"{name}.*{message}"):
        load()


def test_the_digest_changes_with_every_byte_of_the_spec(spec_directory: Path, edited: Edited) -> None:
    digests = {edited(GOOD).digest, edited(GOOD + "\n").digest, edited(GOOD).digest}
    assert len(digests) == 2
    with (spec_directory / "platforms.toml").open("a", encoding="utf-8") as file:
        file.write("# a word\n")
    assert load().digest not in digests


def test_an_unknown_requirement_is_named_with_a_way_to_find_the_right_one() -> None:
    with pytest.raises(SpecError, match=r"no requirement 'T-NONE-001'.*trace"):
        load().requirement("T-NONE-001")
