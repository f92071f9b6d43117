"""A passphrase from a file, the environment or the keyboard; never from the arguments, which everyone can read."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from assidu.cli.output import Misuse
from assidu.cli.speech import gettext as _

VARIABLE = "ASSIDU_BACKUP_PASSPHRASE"
LENGTH_MIN = 12

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", help=f"The passphrase that seals the keys; else {VARIABLE}, else asked."
    ),
]


def passphrase(file: Path | None, *, is_new: bool) -> str | None:
    """``None``: none was given and nobody can be asked."""
    if file is not None:
        try:
            said = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Misuse(
                _("%(file)s cannot be read: %(fault)s") % {"file": file, "fault": error.strerror}
            ) from error
    elif VARIABLE in os.environ:
        said = os.environ[VARIABLE]
    elif sys.stdin.isatty():
        said = typer.prompt(
            _("Passphrase of the backup"), hide_input=True, confirmation_prompt=is_new, err=True
        )
    else:
        return None
    if is_new and len(said) < LENGTH_MIN:
        raise Misuse(_("The passphrase needs at least %(n)s characters.") % {"n": LENGTH_MIN})
    return said
