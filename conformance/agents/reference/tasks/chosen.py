"""The event loop that the command line names, and the API of `ipc` for it.

Checked as asyncio's; that trio's is the same in every name and signature is tested where they are made.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING or sys.argv[1:2] == ["asyncio"]:
    from ipc import aio as api
    from ipc.aio import posix

    from .asyncio_loop import Loop
else:
    from ipc import trio as api
    from ipc.trio import posix

    from .trio_loop import Loop

__all__ = ["Loop", "api", "posix"]
