"""Claims: each says what it relies on, and a mistake in one is named."""

from __future__ import annotations

import pytest

from conformance.requirements import SpecError, load
from matrix.claims import load_claims, parse_claims
from matrix.levels import load_policy

PLATFORMS = load().platforms
LINUX = '[[platform]]\nname = "linux"\ntitle = "Linux"\nclaim = "assumed"\nrelies_on = "A run."\n'


def test_every_platform_that_people_ask_for_has_a_claim_by_a_level_of_the_policy() -> None:
    claims, policy = load_claims(PLATFORMS), load_policy()

    assert set(claims.platforms) == {
        "windows", "linux", "macos", "freebsd", "android", "openbsd", "netbsd", "dragonfly",
        "redox", "fuchsia", "ios", "posix",
    }  # fmt: skip
    for claim in claims.platforms.values():
        assert {policy.level(name).name for name in claim.levels.values()} == set(claim.levels.values())
        assert claim.relies_on.endswith(".")


def test_only_the_agent_that_claims_are_about_has_them() -> None:
    claims = parse_claims('agent = "made"\n' + LINUX, "c.toml", PLATFORMS)

    assert claims.of("made", "linux") is not None
    assert claims.of("another", "linux") is None
    assert claims.of("made", "windows") is None


def test_a_primitive_can_have_a_claim_of_its_own() -> None:
    claims = parse_claims('agent = "made"\n' + LINUX + 'claims = { fifo = "unsupported" }', "c.toml", PLATFORMS)

    assert claims.platforms["linux"].levels == {
        "local_socket": "assumed", "unnamed_pipe": "assumed", "fifo": "unsupported",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("agent = ", "c.toml: not valid TOML"),
        (LINUX, "c.toml: agent is to be a text"),
        ('agent = "made"\nwish = 1', "unknown key 'wish'"),
        ('agent = "made"\n' + LINUX + "wish = 1", "platform linux: unknown key 'wish'"),
        ('agent = "made"\n' + LINUX + LINUX, "platform linux: it is there twice"),
        ('agent = "made"\n' + LINUX + 'primitives = ["door"]', "'door' is no primitive"),
        ('agent = "made"\n' + LINUX + 'claims = { door = "assumed" }', "'door' is no primitive"),
        ('agent = "made"\n' + LINUX + 'relative = "android"', "relative and alike go together"),
        ('agent = "made"\n' + LINUX + 'alike = ["sun_path"]', "relative and alike go together"),
        ('agent = "made"\n' + LINUX + 'relative = "android"\nalike = ["sun_path"]', "has no entry of its own"),
        ('agent = "made"\n' + LINUX + 'relative = "macos"\nalike = ["sun_path"]', "sun_path is 108 here and 104 on"),
        ('agent = "made"\n' + LINUX + 'relative = "macos"\nalike = ["luck"]', "luck is None here"),
        ('agent = "made"\n' + LINUX + 'relative = "redox"\nalike = ["luck"]', "the spec has to know both"),
        ('agent = "made"\n[[platform]]\ntitle = "x"', "platform number 1: claim is to be a text"),
    ],
)
def test_a_mistake_in_claims_is_named(text: str, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        parse_claims(text, "c.toml", PLATFORMS)
