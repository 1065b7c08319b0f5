"""The Windows lab: what it is made of, and how it is made."""
