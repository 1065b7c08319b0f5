"""A conformance suite for local inter-process communication."""
