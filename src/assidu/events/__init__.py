"""Facts as they arrived: the event log, idempotency and sources."""
