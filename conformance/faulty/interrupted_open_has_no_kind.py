"""Opening a FIFO fails without a portable kind when a signal interrupts it."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])


from conformance.agents.stdlib import fifo
from conformance.agents.stdlib.endpoints import PipeEnd
from conformance.agents.stdlib.failures import Failure
from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import main
from conformance.faulty._arrivals import arrived
from conformance.faulty._wrong import Right, Steps, instead_of

for name in ("_meet_sender", "_meet_receiver"):

    @instead_of(fifo, name)
    def interrupted(right: Right[Steps[PipeEnd]], path: bytes, patience: Patience) -> Steps[PipeEnd]:
        seen = arrived()
        steps = right(path, patience)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                end: PipeEnd = done.value
                return end
            if arrived() != seen:
                steps.close()
                raise Failure("other", "something happened")
            yield


main()
