"""What only Windows has: named pipes beyond what `ipc` offers everywhere.

Windows is not supported yet, and this module is empty on purpose: nothing here pretends to work.
Only the naming rules exist so far, as pure functions in `ipc.names`.
"""

import sys

assert sys.platform == "win32", "ipc.windows is for Windows; on this system use ipc and ipc.posix"
