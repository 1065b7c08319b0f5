"""The checks behind `scripts/check`."""
