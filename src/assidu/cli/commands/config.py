"""`assidu config`: the settings, and where each came from."""

import typer
from rich.console import Group
from rich.table import Table

from assidu.cli.output import JsonFlag, Output
from assidu.cli.speech import gettext as _
from assidu.cli.speech import gettext_noop
from assidu.foundation.database import without_password
from assidu.foundation.settings import KNOWN, load_settings

HIDDEN = gettext_noop("(hidden)")
ORIGINS = {"default": gettext_noop("default"), "environment": gettext_noop("environment")}
"""Where a value comes from when it is no file: which variable it is stands in the first column."""

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
            value = without_password(value) if setting.name.endswith("_url") else HIDDEN
        rows[setting.name] = {
            "value": str(value) if setting.name == "home" else value,
            "origin": settings.origins[setting.name],
            "variable": setting.variable,
            "explanation": setting.explanation,
        }
    # A variable is there to be copied: its column never shrinks, long values and paths fold beside it.
    table = Table(box=None, header_style="bold")
    table.add_column(_("in the environment"), no_wrap=True, min_width=max(len(one.variable) for one in KNOWN))
    table.add_column(_("value"), overflow="fold")
    table.add_column(_("from"), overflow="fold")
    for row in rows.values():
        kept = "–" if row["value"] is None else str(row["value"])
        value = _(HIDDEN) if kept == HIDDEN else kept
        origin = str(row["origin"])
        table.add_row(str(row["variable"]), value, _(ORIGINS.get(origin.split()[0], origin)))
    names = _("In assidu.toml: the same names without ASSIDU_, in small letters.")
    Output(json).answer(rows, Group(table, "", names))
