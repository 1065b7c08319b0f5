"""What every endpoint can do, whatever drives its operations: be closed, be inherited, be handed on."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from ipc import types


class Endpoint:
    """What every endpoint can do: be closed, be inherited, be handed on."""

    __slots__ = ("_blocking", "native")
    # What the platform gave; for the modules of this package.
    native: types.End
    # Whether timeout=None waits (set_blocking).
    _blocking: bool

    def close(self) -> None:
        """Close this end. A second close does nothing.

        Bytes sent before remain readable for the peer, which then sees the end of the stream, once every
        duplicate is closed too. On an event loop, tasks that wait here get InvalidHandle. A call that is blocked
        in another thread is not woken (close(2)); it never touches whatever gets the descriptor's number next.
        posix.shutdown wakes it.
        """
        self._let_go()
        self.native.close()
        self._refresh()

    @property
    def closed(self) -> bool:
        """Whether this end was closed."""
        return self.native.closed

    def fileno(self) -> int:
        """The descriptor, which remains this object's. Raises InvalidHandle once closed.

        It is in blocking mode for streams and pipes, whatever is done with this object, and in
        non-blocking mode for listeners.
        """
        return self.native.expose()

    def detach(self) -> int:
        """Give up the descriptor and return it; this object counts as closed.

        Raises InvalidInput for a half of a split stream, and while bytes that an interrupted recv_exact gave
        back are unread.
        """
        self._let_go()
        number = self.native.detach()
        self._refresh()
        return number

    def _let_go(self) -> None:
        """Whatever waits for the descriptor is to stop, for it goes."""

    def _refresh(self) -> None:
        """Look anew at what calls can begin with."""

    @property
    def inheritable(self) -> bool:
        """Whether programs that this process starts keep the descriptor. False unless set; settable."""
        return self.native.get_inheritable()

    @inheritable.setter
    def inheritable(self, value: bool) -> None:
        self.native.set_inheritable(value)

    def set_blocking(self, blocking: bool) -> None:
        """With False, calls of this object without a timeout never wait: `timeout=None` then means `timeout=0`.

        It also sets the system's flag (O_NONBLOCK), which belongs to the open file and not to the descriptor:
        duplicates, and processes that inherited it, have the same flag. Calls of this package on such a
        duplicate still do what their timeout says; other programs may be surprised. System call: fcntl.
        """
        self.native.set_blocking(blocking)
        self._blocking = blocking
        self._refresh()

    def get_blocking(self) -> bool:
        """The system's flag, as it is now. A listener's is off from the start."""
        return self.native.get_blocking()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        end = getattr(self, "native", None)
        if end is not None and not end.closed:
            try:
                # Late, since a program that closes what it opens never needs it.
                import warnings

                warnings.warn(f"{self!r} was not closed", ResourceWarning, stacklevel=2, source=self)
            except ImportError:
                # The interpreter is shutting down.
                pass
            finally:
                self.close()

    def __repr__(self) -> str:
        return f"<ipc.{type(self).__name__}: {self.native.label}>"
