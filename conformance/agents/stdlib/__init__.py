"""The second opinion: an agent straight on `_socket`, `select` and `os`, with nothing of ours beneath it.

It shares no line with the reference agent, so a mistake that both make is a mistake of the standard library or of the
operating system, and a disagreement points at one of them.
"""
