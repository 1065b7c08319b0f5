"""From the evidence of runs to support levels."""
