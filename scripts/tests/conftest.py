"""Makes the folder of the scripts importable, as it is for the scripts themselves."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if sys.platform == "win32":
    collect_ignore = ["test_windows_lab.py"]
