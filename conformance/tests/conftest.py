"""What of these tests is only for POSIX systems stays uncollected elsewhere."""

from __future__ import annotations

import sys

collect_ignore = ["test_run_command.py", "test_run_cut_short.py", "test_turns.py"] if sys.platform == "win32" else []
