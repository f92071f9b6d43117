"""`assidu economics`: what the programme costs and brings, and what discounts do beside it."""

import typer

from assidu.cli.commands.economics_discounts import discounts

app = typer.Typer(no_args_is_help=True)
app.command("discounts")(discounts)


@app.callback()
def economics() -> None:
    """What the programme costs and brings, and what discounts do beside it."""
