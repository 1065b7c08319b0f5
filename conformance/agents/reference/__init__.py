"""The reference agent: drives `ipc`, and says what happened. A program; nothing imports it."""
