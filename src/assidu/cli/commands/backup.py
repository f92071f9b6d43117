"""`assidu backup`: everything in one file."""

import time
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.passphrase import PassphraseFile, passphrase
from assidu.cli.speech import decimal, rooms_speak
from assidu.cli.speech import gettext as _
from assidu.foundation import backup, clock
from assidu.foundation.backup import BackupError, Figures
from assidu.foundation.settings import current_settings


def command(
    file: Annotated[Path, typer.Argument(help="Where to write it.", show_default=False)],
    passphrase_file: PassphraseFile = None,
    without_secrets: Annotated[
        bool, typer.Option("--without-secrets", help="Leave the keys out: keep them elsewhere yourself.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    json: JsonFlag = False,
) -> None:
    """Write the database, and the keys under a passphrase, into one file; the server may go on meanwhile."""
    output = Output(json)
    if file.exists() and not force:
        raise Misuse(_("%(file)s exists.") % {"file": file}, _("Choose another name, or say --force."))
    if not file.parent.is_dir():
        raise Misuse(_("There is no folder %(folder)s.") % {"folder": file.parent})
    said = None if without_secrets else passphrase(passphrase_file, is_new=True)
    if said is None and not without_secrets:
        raise Misuse(
            _("A passphrase is needed to seal the keys, or a word that you keep them elsewhere."),
            _("--passphrase-file FILE, ASSIDU_BACKUP_PASSPHRASE, or --without-secrets."),
        )
    began = time.monotonic()
    with database(output) as found, rooms_speak():
        try:
            with output.progress(_("Writing the backup, bytes")) as advance:
                manifest = backup.make(
                    found,
                    current_settings(),
                    file,
                    passphrase=said,
                    at=clock.now(),
                    figures=figures_of,
                    on_bytes=advance,
                )
        except BackupError as error:
            raise Refused(str(error), code="backup_failed") from error
    seconds = round(time.monotonic() - began, 2)
    size = file.stat().st_size
    answer = {
        "file": file,
        "bytes": size,
        "seconds": seconds,
        "has_secrets": manifest.has_secrets,
        "figures": manifest.figures,
    }
    keys = (
        _("with the keys under your passphrase")
        if manifest.has_secrets
        else _("WITHOUT the keys: keep secrets.json too")
    )
    figures = {"file": file, "size": decimal(size / 1_000_000), "seconds": decimal(seconds), "keys": keys}
    output.answer(answer, _("%(file)s: %(size)s MB in %(seconds)s s, %(keys)s") % figures)


def figures_of(connection: psycopg.Connection[Any]) -> Figures:
    """What a restored copy must add up to: rows of each table of facts, and the trial balance."""
    rows = {}
    for table in COUNTED:
        counted = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert counted is not None
        rows[table] = counted[0]
    balance = connection.execute(TRIAL_BALANCE).fetchall()
    return {
        "rows": rows,
        "trial_balance": [[currency, account, int(total)] for currency, account, total in balance],
    }


COUNTED = (
    "events_event",
    "events_key",
    "events_anonymous",
    "events_claim",
    "events_reject",
    "customers_customer",
    "customers_identifier",
    "ledger_posting",
    "loyalty_decision",
    "loyalty_member",
    "loyalty_plan",
    "people_person",
    "people_audit",
)
TRIAL_BALANCE = """
  SELECT currency, account, sum(change) FROM (
    SELECT currency, target AS account, quantity AS change FROM ledger_posting
    UNION ALL SELECT currency, source, -quantity FROM ledger_posting) AS moved
  GROUP BY 1, 2 ORDER BY 1, 2"""
