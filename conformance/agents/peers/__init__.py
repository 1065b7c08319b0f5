"""Agents for what else there is in Python: asyncio's streams, trio, anyio, multiprocessing.connection."""
