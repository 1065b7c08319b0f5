"""A sequence of operations on a channel, written as one word: `s5.r3.t9.c.r1`.

A step is a letter and, where it has one, a size in bytes. In lower case the client acts and data go from the client to
the server; in upper case the server acts, and data go the other way, which only a local socket has.

    s5  send, one call            u5  try to send, one call          c  close an end
    a5  send all                  v5  try to send all                d  duplicate an end
    r5  receive at most 5         t5  try to receive at most 5       h  half-close: send no more (local socket)
    e5  receive exactly 5         z   receive until the end          x5 send 5 while the other side receives
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.requirements import SpecError

LONGEST = 64
LARGEST = 1 << 20
SIZED = "sauvrtex"
UNSIZED = "zcdh"
PRIMITIVES = ("local_socket", "unnamed_pipe", "fifo")
_ONE_WAY = f"{SIZED}{UNSIZED}".replace("h", "") + "CD"
_STEP = re.compile(rf"([{SIZED}{SIZED.upper()}])(0|[1-9][0-9]{{0,6}})|([{UNSIZED}{UNSIZED.upper()}])")
_SENTENCES = {
    "s": "send {} bytes",
    "a": "send all of {} bytes",
    "u": "try to send {} bytes",
    "v": "try to send all of {} bytes",
    "r": "receive at most {} bytes",
    "t": "try to receive at most {} bytes",
    "e": "receive exactly {} bytes",
    "x": "send {} bytes while they are received",
    "z": "receive until the end",
    "c": "close the {}'s end",
    "d": "duplicate the {}'s end",
    "h": "the {} half-closes",
}
_NEEDS = {"d": "duplicate", "h": "half_close"}


@dataclass(frozen=True, slots=True)
class Step:
    """One operation; `back` is upper case: the server acts, or data go from the server to the client."""

    letter: str
    size: int = 0
    back: bool = False

    def __str__(self) -> str:
        letter = self.letter.upper() if self.back else self.letter
        return f"{letter}{self.size}" if self.letter in SIZED else letter

    @property
    def sentence(self) -> str:
        """What the step does, in words."""
        actor = "server" if self.back else "client"
        return _SENTENCES[self.letter].format(self.size if self.letter in SIZED else actor)


def word(steps: Iterable[Step]) -> str:
    """The steps as a word."""
    return ".".join(map(str, steps))


def parse(text: str, primitive: str) -> tuple[Step, ...]:
    """The steps of a word; SpecError when it is none, or none for this primitive."""
    parts = text.split(".")
    if len(parts) > LONGEST:
        raise SpecError(f"sequence {text[:40]}...: {len(parts)} steps, at most {LONGEST}")
    return tuple(_step(part, text, primitive) for part in parts)


def needs(text: str, primitive: str) -> tuple[str, ...]:
    """The capabilities that a word takes beyond those of its primitive."""
    steps = parse(text, primitive)
    found = {_NEEDS[step.letter]: None for step in steps if step.letter in _NEEDS}
    if primitive == "unnamed_pipe" and any(step.letter == "x" for step in steps):
        found["concurrent"] = None
    return tuple(found)


def _step(part: str, text: str, primitive: str) -> Step:
    match = _STEP.fullmatch(part)
    if match is None:
        raise SpecError(
            f"sequence {text!r}: {part!r} is no step; a step is one of {' '.join(SIZED)} with a size in bytes "
            f"or one of {' '.join(UNSIZED)}, in upper case for the other direction"
        )
    letter = match[1] or match[3]
    size = int(match[2] or 0)
    if size > LARGEST:
        raise SpecError(f"sequence {text!r}: {part} is larger than {LARGEST} bytes")
    if primitive != "local_socket" and letter not in _ONE_WAY:
        raise SpecError(f"sequence {text!r}: {part} takes a local socket; a {primitive} has one direction")
    return Step(letter.lower(), size, letter.isupper())
