"""The `assidu` command: every subcommand is registered here, by name, and lives in `cli/commands`."""

import typer

app = typer.Typer(name="assidu", no_args_is_help=True, add_completion=True)


@app.callback()
def assidu() -> None:
    """Assidu keeps the customers of a brand."""
