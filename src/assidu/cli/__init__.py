"""The `assidu` command."""
