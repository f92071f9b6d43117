"""The `assidu` command: the table of its subcommands, and what happens when one of them fails.

Only the module of the command that was asked for is imported, so that `assidu --help` and `assidu config` answer
at once. A module has either `command` (a function) or `app` (a Typer group), and may import rooms at its top when
its entry says `needs_django`.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import FrameType

import typer

from assidu import __version__
from assidu.cli.output import EXIT_NO, Refused, report_failure
from assidu.cli.speech import gettext as _
from assidu.foundation.loading import loading
from assidu.foundation.settings import HASHED_STATIC, SettingsError


@dataclass(frozen=True, slots=True)
class Entry:
    """One subcommand: its module below `cli/commands`, what it does, what it needs before it is imported."""

    module: str
    explanation: str
    needs_django: bool = False
    """The module imports rooms at its top."""
    serves: bool = False
    """It ends in answering requests: static files then go by names that change with their content."""


COMMANDS = {
    "serve": Entry("serve", "Answer on the address of ASSIDU_BIND until Ctrl-C.", serves=True),
    "migrate": Entry("migrate", "Bring the tables of the database up to date."),
    "doctor": Entry("doctor", "Say what is wrong, and what to do."),
    "config": Entry("config", "Show the settings and where each came from."),
    "people": Entry("people", "Give people a sign-in, change what they may do, close it.", needs_django=True),
    "audit": Entry("audit", "Who did what, and when: the audit trail.", needs_django=True),
    "keys": Entry("keys", "Make, list and revoke API keys.", needs_django=True),
    "plan": Entry("plan", "Check, compare, describe and publish a programme."),
    "offers": Entry(
        "offers", "Allot offers to many; codes; draws of offers and their proof.", needs_django=True
    ),
    "draw": Entry("draw", "Draws among entries: run one, prove it, export the proof.", needs_django=True),
    "kpis": Entry("kpis", "The programme's key figures over a period.", needs_django=True),
    "simulate": Entry(
        "simulate", "Replay history as it was decided, or under another plan.", needs_django=True
    ),
    "fairness": Entry(
        "fairness", "Say who could never have had what a programme gives, and why.", needs_django=True
    ),
    "import": Entry(
        "import_", "Take what other systems exported, each file with its mapping.", needs_django=True
    ),
    "rates": Entry("rates", "What other moneys are worth, day by day.", needs_django=True),
    "promotions": Entry(
        "promotions", "The calendar of promotions that are not the programme's.", needs_django=True
    ),
    "demo": Entry(
        "demo", "Load a real retailer's year, decide it, and serve it.", needs_django=True, serves=True
    ),
    "partners": Entry(
        "partners", "What partners are owed for rewards; close a statement.", needs_django=True
    ),
    "liability": Entry(
        "liability", "What the programme owes; close months, export the journal.", needs_django=True
    ),
    "economics": Entry("economics", "What the programme should bring; what discounts do.", needs_django=True),
    "tick": Entry(
        "tick", "Decide what has become due by now, as the server does every minute.", needs_django=True
    ),
    "rebuild": Entry(
        "rebuild", "Prove that balances, lots and counters follow from what was recorded.", needs_django=True
    ),
    "bench": Entry("bench", "Measure each path against a reference, in the same run.", needs_django=True),
    "backup": Entry("backup", "Write everything into one file.", needs_django=True),
    "restore": Entry("restore", "Restore a backup, and check it.", needs_django=True),
    "customer": Entry(
        "customer",
        "Show, explain, correct, merge, export and erase: one customer at a time.",
        needs_django=True,
    ),
    "corrections": Entry(
        "corrections", "Corrections and transfers that wait for a second person.", needs_django=True
    ),
    "membership": Entry(
        "membership",
        "Join and leave, suspend and resume, codes to bring others, accepted terms.",
        needs_django=True,
    ),
    "account": Entry("account", "Households and companies: open, enter, leave, show.", needs_django=True),
    "db": Entry("db", "Look at the embedded PostgreSQL, open a shell on it, stop it."),
}


def app() -> None:
    """The program."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; answers its exit status."""
    as_json = "--json" in arguments
    os.environ["DJANGO_SETTINGS_MODULE"] = "assidu.project.settings"
    # Being asked to stop is not being killed: whatever was started is stopped on the way out.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        build(arguments)(args=list(arguments), prog_name="assidu")
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        if status == 2 and as_json:
            sys.stdout.write(
                json.dumps({"error": {"code": "misuse", "message": "see standard error"}}) + "\n"
            )
        return status
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        refusal = _as_refusal(error)
        if refusal is None:
            traceback.print_exc()
            refusal = Refused(
                f"{type(error).__name__}: {error}", _("This is a fault of ours: please report it."), "fault"
            )
        report_failure(refusal, as_json)
        return refusal.exit_code
    return 0


def build(arguments: Sequence[str]) -> typer.Typer:
    """The command line, with the one command that is asked for in full and the others by name."""
    root = typer.Typer(
        name="assidu",
        help="Assidu keeps the customers of a brand.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
    )
    root.callback()(_root)
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    for name, entry in COMMANDS.items():
        if name == wanted:
            _add(root, name, entry)
        else:
            root.command(name, help=entry.explanation)(_named_only)
    return root


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(__version__)
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    assert not version, "the option leaves by itself"


def _named_only() -> None:
    """Stands in the list of commands for one that was not asked for."""
    raise AssertionError("the command that is asked for is always loaded")


def _add(root: typer.Typer, name: str, entry: Entry) -> None:
    if entry.serves:
        os.environ[HASHED_STATIC] = "1"
    with loading():
        if entry.needs_django:
            import django

            django.setup()
        module = import_module(f"assidu.cli.commands.{entry.module}")
    group = getattr(module, "app", None)
    if isinstance(group, typer.Typer):
        root.add_typer(group, name=name, help=entry.explanation)
    else:
        command: Callable[..., None] = module.command
        root.command(name, help=command.__doc__ or entry.explanation)(command)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _as_refusal(error: Exception) -> Refused | None:
    """Errors that are a person's business rather than a fault of ours."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, SettingsError):
        return Refused(str(error), _("`assidu config show` says where each setting comes from."), "settings")
    # Compared by name: importing the server or the database for every `--help` would cost its speed.
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    if kind == "assidu.foundation.postgres.errors.PostgresError":
        return Refused(str(error), _("`assidu doctor` looks further."), "postgres")
    if kind in ("django.db.utils.OperationalError", "psycopg.OperationalError"):
        return Refused(
            _("The database does not answer: %(fault)s") % {"fault": error},
            _("`assidu doctor` looks further."),
            "database",
        )
    return None


__all__ = ["COMMANDS", "EXIT_NO", "Entry", "app", "build", "run"]
