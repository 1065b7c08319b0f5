"""Agents that are wrong on purpose, one defect each: what `ipc-conformance selftest` tries the suite on."""
