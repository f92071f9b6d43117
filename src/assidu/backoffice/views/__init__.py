"""The pages: each reads with a room's queries, writes with a room's actions, and starts from its user's question."""
