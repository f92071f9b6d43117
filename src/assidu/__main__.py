"""`python -m assidu` is the `assidu` command."""

from assidu.cli.main import app

app()
