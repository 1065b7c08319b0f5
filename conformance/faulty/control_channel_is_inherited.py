"""The pipe through which a child is asked is handed to the processes that are spawned after it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import os

from conformance.agents.stdlib import children
from conformance.agents.stdlib.children import Child
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of


@instead_of(children.Child, "__init__")
def inherited(right: Right[None], child: Child, pid: int, requests: int, replies: int) -> None:
    os.set_inheritable(requests, True)
    right(child, pid, requests, replies)


main()
