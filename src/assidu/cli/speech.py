"""The one language of a run: what a command prints is French or English, never both.

`ASSIDU_LANGUAGE` or `assidu.toml` decide; where they say nothing the terminal's own locale does, and that of programs
(`C`, or none) is English. Help, JSON and log lines are for programs and their authors: they stay English.

Gettext's own reader, and not Django's: half of the commands run without Django. Where a room speaks, `rooms_speak`
gives it the same language.
"""

import gettext as catalogues
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from assidu.foundation.settings import LANGUAGES, SettingsError, current_settings

LOCALE = Path(__file__).resolve().parents[1] / "locale"
SOURCE_LANGUAGE = "en"
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language() -> str:
    """``fr`` or ``en``: that of the settings if somebody set it, else that of the terminal."""
    try:
        settings = current_settings()
    except SettingsError:
        return of_locale(os.environ)
    return of_locale(os.environ) if settings.origins["language"] == "default" else settings.language


def of_locale(environment: Mapping[str, str]) -> str:
    """What the first locale that is set asks for; a language that we do not speak is answered in English."""
    wanted = next((text for name in _VARIABLES if (text := environment.get(name))), "")
    code = wanted[:2].lower()
    return code if code in LANGUAGES else SOURCE_LANGUAGE


def gettext(message: str) -> str:
    return _catalogue(language()).gettext(message)


def pgettext(context: str, message: str) -> str:
    """For a word that is said otherwise where it means something else."""
    return _catalogue(language()).pgettext(context, message)


def ngettext(one: str, many: str, count: int) -> str:
    return _catalogue(language()).ngettext(one, many, count)


def gettext_noop(message: str) -> str:
    """Marks a sentence that is translated where it is printed."""
    return message


def number(count: int) -> str:
    """Thousands apart as the language does it: 1,642 or 1 642."""
    return f"{count:,}".replace(",", THIN_SPACE) if language() == "fr" else f"{count:,}"


def decimal(value: float, digits: int = 1) -> str:
    """A measure with so many digits, with the language's decimal mark."""
    text = f"{value:,.{digits}f}"
    return text.replace(",", THIN_SPACE).replace(".", ",") if language() == "fr" else text


@contextmanager
def rooms_speak() -> Iterator[None]:
    """What rooms say through Django is said in this run's language. Django must be set up."""
    from django.utils import translation

    with translation.override(language()):
        yield


@cache
def _catalogue(code: str) -> catalogues.NullTranslations:
    if code == SOURCE_LANGUAGE:
        return catalogues.NullTranslations()
    return catalogues.translation("django", LOCALE, [code])
