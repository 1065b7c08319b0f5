"""The agent on an event loop: `reference asyncio`, `reference trio`."""
