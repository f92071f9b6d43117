"""Pages as files to send: what a page says, its charts and its tables, on sheets of A4."""
