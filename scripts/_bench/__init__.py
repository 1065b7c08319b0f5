"""The measurements behind `scripts/bench.py`."""
