"""`assidu restore`: a backup becomes the database again, and proves itself."""

import time
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from assidu.cli.commands.backup import figures_of
from assidu.cli.database import server
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.passphrase import PassphraseFile, passphrase
from assidu.cli.speech import gettext as _
from assidu.cli.speech import number, rooms_speak
from assidu.foundation import backup, clock
from assidu.foundation.backup import BackupError, Manifest
from assidu.foundation.database import Database
from assidu.foundation.schema import migrate
from assidu.foundation.settings import current_settings
from assidu.loyalty import rebuild


def command(
    file: Annotated[Path, typer.Argument(help="A file that `assidu backup` wrote.", show_default=False)],
    passphrase_file: PassphraseFile = None,
    without_secrets: Annotated[
        bool, typer.Option("--without-secrets", help="Leave the home's keys as they are.")
    ] = False,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="There is data: keep it under another name, and put the backup here."),
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Restore a backup into this home, then check its sums and fold everything again."""
    output = Output(json)
    began = time.monotonic()
    try:
        with rooms_speak():
            manifest = backup.read_manifest(file)
            said = _passphrase(manifest, file, passphrase_file, without_secrets=without_secrets)
        with server(output) as found, rooms_speak():
            with output.progress(_("Reading the backup, bytes")) as advance:
                kept = backup.restore_database(
                    found, file, clock.now(), is_replacing=replace, on_bytes=advance
                )
            aside = None
            if said is not None:
                aside = backup.restore_secrets(current_settings(), file, said, clock.now())
            differing = _differing(found, manifest)
            applied = migrate(found, output.say)
            verified = rebuild.verify(found.url)
    except BackupError as error:
        raise Refused(str(error), code="restore_failed") from error
    is_same = not differing and not verified.differences
    answer = {
        "file": file,
        "created_at": manifest.created_at,
        "version": manifest.version,
        "same_sums": not differing,
        "differing": differing,
        "differences": verified.differences,
        "customers": verified.customers,
        "events": verified.events,
        "migrations": applied,
        "kept_database": kept,
        "kept_secrets": aside,
        "seconds": round(time.monotonic() - began, 2),
    }
    counted = {
        "at": manifest.created_at,
        "customers": number(verified.customers),
        "events": number(verified.events),
    }
    lines = [
        _("Restored what was saved at %(at)s: %(customers)s customers, %(events)s events") % counted,
        _("NOT the same sums: %(names)s") % {"names": ", ".join(differing)}
        if differing
        else _("Its sums are those of the backup"),
        _("Everything folded again from the log: differences: %(n)s") % {"n": number(verified.differences)},
    ]
    if kept:
        lines.append(_("What was here before is kept as the database %(name)s") % {"name": kept})
    if aside:
        lines.append(_("The keys that were here before are kept in %(file)s") % {"file": aside})
    output.answer(answer, "\n".join(lines), is_yes=is_same)


def _passphrase(manifest: Manifest, file: Path, given: Path | None, *, without_secrets: bool) -> str | None:
    if without_secrets or not manifest.has_secrets:
        return None
    if foreign := backup.foreign_keys(current_settings()):
        raise Misuse(
            _("%(keys)s come from the environment or a settings file and would win over the backup's.")
            % {"keys": ", ".join(foreign)},
            _("Take them out there, or say --without-secrets when they are the same."),
        )
    said = passphrase(given, is_new=False)
    if said is None:
        raise Misuse(
            _("The backup holds keys under a passphrase."),
            _("--passphrase-file FILE, ASSIDU_BACKUP_PASSPHRASE, or --without-secrets."),
        )
    backup.check_passphrase(file, said)
    return said


def _differing(found: Database, manifest: Manifest) -> list[str]:
    """Names of the sums that are not those of the manifest."""
    with psycopg.connect(found.owner_url) as connection:
        figures = figures_of(connection)
    rows, expected = figures["rows"], manifest.figures["rows"]
    differing = [f"rows of {table}" for table in expected if rows.get(table) != expected[table]]
    if figures["trial_balance"] != manifest.figures["trial_balance"]:
        differing.append("trial balance")
    return differing
