"""`assidu config`: the settings, and where each came from."""

import typer
from rich.table import Table

from assidu.cli.output import JsonFlag, Output
from assidu.foundation.database import without_password
from assidu.foundation.settings import KNOWN, load_settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def config() -> None:
    """Show the settings and where each came from."""


@app.command()
def show(json: JsonFlag = False) -> None:
    """Show every setting, its value and its origin; secrets stay hidden."""
    settings = load_settings()
    rows: dict[str, dict[str, object]] = {}
    for setting in KNOWN:
        value = getattr(settings, setting.name)
        if setting.is_secret and value is not None:
            value = without_password(value) if setting.name.endswith("_url") else "(hidden)"
        rows[setting.name] = {
            "value": str(value) if setting.name == "home" else value,
            "origin": settings.origins[setting.name],
            "variable": setting.variable,
            "explanation": setting.explanation,
        }
    table = Table("setting", "value", "from", "in the environment", box=None, header_style="bold")
    for name, row in rows.items():
        value = "–" if row["value"] is None else str(row["value"])
        table.add_row(name, value, str(row["origin"]), str(row["variable"]))
    Output(json).answer(rows, table)
