"""The commands of `ipc-conformance`, one file each: `add` describes its arguments, `main` does it."""
