"""What `ipc.aio` and `ipc.trio` have in common: everything but the driver."""
