"""The evidence file of a run: written a line at a time, so that whatever ends the run leaves a valid file.

One process writes it. A line is in the file as soon as `write` returns; nothing is kept back in a buffer.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from conformance.evidence import Evidence, EvidenceError, Header, Record, Sealer, end_line, read

# Windows would write two bytes for each line end, which no seal covers.
_AS_BYTES: int = getattr(os, "O_BINARY", 0)


class LedgerError(Exception):
    """The evidence cannot be written; without it there is nothing to judge."""


class Ledger:
    """An open evidence file."""

    def __init__(self, path: Path, descriptor: int, sealer: Sealer) -> None:
        self.path = path
        self._descriptor = descriptor
        self._sealer = sealer

    @classmethod
    def new(cls, path: Path, header: Header) -> Ledger:
        """Make the file, for its owner only; EvidenceError when it exists, LedgerError when it cannot be made."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_BYTES, 0o600)
        except FileExistsError:
            raise EvidenceError(
                f"{path} exists; go on with it by --resume {path}, or remove it or name another file"
            ) from None
        except OSError as error:
            raise LedgerError(f"cannot make the evidence file {path}: {error.strerror}") from error
        ledger = cls(path, descriptor, Sealer())
        ledger._line(header.line())
        return ledger

    @classmethod
    def resume(cls, path: Path, evidence: Evidence) -> Ledger:
        """Go on after the last valid line of a file that `load` has read; what is torn behind it is cut off."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | _AS_BYTES)
            os.ftruncate(descriptor, evidence.length)
        except OSError as error:
            raise LedgerError(f"cannot go on with {path}: {error.strerror}") from error
        return cls(path, descriptor, Sealer(evidence.seal))

    def write(self, record: Record) -> None:
        """Add a case's record."""
        self._line(record.line())

    def end(self, *, complete: bool) -> None:
        """Add the line that says that the run came to its end."""
        self._line(end_line(complete))

    def close(self) -> None:
        """Close the file; a second close does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _line(self, line: Mapping[str, object]) -> None:
        rest = memoryview(self._sealer.text(line).encode())
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except OSError as error:
                what = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
                raise LedgerError(
                    f"cannot write {self.path}: {what}; what is in it is valid, go on by --resume {self.path}",
                ) from error


def load(path: Path) -> Evidence:
    """Read and verify an evidence file; EvidenceError says what is wrong with it."""
    try:
        text = path.read_bytes().decode("ascii")
    except OSError as error:
        raise EvidenceError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{path}: byte {error.start} is not ASCII; use the file as the run wrote it") from error
    return read(text, str(path))


def private_directory() -> Path:
    """A new directory that only this user can enter, for the evidence of a run that named no file."""
    return Path(tempfile.mkdtemp(prefix="ipc-conformance-"))
