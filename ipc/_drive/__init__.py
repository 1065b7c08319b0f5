"""Drivers: how an operation is run. They know the waits, and nothing of sockets or pipes."""
