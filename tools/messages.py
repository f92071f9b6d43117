"""The French of the screens: gather what is to be translated, compile what was, say what is missing.

    python tools/messages.py update    new strings into the .po, then the .mo beside it
    python tools/messages.py check     exit status 1 when a string has no French, or a .mo is older than its .po

The sources are English. GNU gettext is not needed: Babel and polib do its work.
"""

import ast
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[1] / "src" / "assidu"
CATALOGUE = SOURCE / "locale" / "fr" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_APOSTROPHE = re.compile(r"(?<=[A-Za-zÀ-ÿ])'(?=[A-Za-zÀ-ÿ%«{])")
Message = tuple[str, str, str]
"""Context, singular, plural."""


def found_in_sources() -> dict[Message, list[tuple[str, str]]]:
    """Every message with the places where it is said."""
    messages: dict[Message, list[tuple[str, str]]] = {}
    for path, text in _sources():
        said = said_in(text) if path.suffix == ".py" else _said_by_words(text)
        for message, line in said:
            place = (path.relative_to(SOURCE.parent).as_posix(), str(line))
            messages.setdefault(message, []).append(place)
    return messages


def said_in(program: str) -> Iterator[tuple[Message, int]]:
    """What a program says, with the lines where it does."""
    yield from _said_by_words(program)
    yield from _within_fstrings(program)


def _said_by_words(text: str) -> Iterator[tuple[Message, int]]:
    """Also of a template that was made a program's words."""
    options = {"encoding": "utf-8"}
    for line, said, _comments, context in extract(
        "python", io.BytesIO(text.encode()), keywords=KEYWORDS, options=options
    ):
        one, many = (said[0], said[1]) if isinstance(said, tuple) else (said, "")
        if one:
            yield (context or "", one, many or ""), line


def _within_fstrings(text: str) -> Iterator[tuple[Message, int]]:
    """What is said inside an f-string, which is one word to a reader of Python 3.11."""
    for outer in ast.walk(ast.parse(text)):
        for call in ast.walk(outer) if isinstance(outer, ast.JoinedStr) else ():
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
            if name in KEYWORDS:
                said = [
                    one.value
                    for one in call.args
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                ]
                context = said.pop(0) if "pgettext" in name else ""
                if said:
                    yield (context, said[0], said[1] if name.startswith(("ng", "np")) else ""), call.lineno


def faults() -> list[str]:
    """What keeps the French from being complete."""
    if not CATALOGUE.exists():
        return [f"{CATALOGUE} is missing: python tools/messages.py update"] if found_in_sources() else []
    entries = {_key(entry): entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete}
    missing = []
    for message, places in sorted(found_in_sources().items()):
        entry = entries.get(message)
        if entry is None or not entry.translated():
            missing.append(f"{places[0][0]}:{places[0][1]}: no French for {message[1]!r}")
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists() or _compiled(compiled) != _compiled(CATALOGUE):
        missing.append(
            f"{compiled.name} does not say what {CATALOGUE.name} says: python tools/messages.py update"
        )
    return missing


def update() -> None:
    """Bring the catalogue up to date with the sources, keeping every translation."""
    catalogue = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else _new_catalogue()
    known = {_key(entry): entry for entry in catalogue}
    messages = found_in_sources()
    for message, places in sorted(messages.items(), key=lambda found: found[1][0]):
        context, one, many = message
        entry = known.get(message)
        if entry is None:
            entry = polib.POEntry(msgctxt=context or None, msgid=one, msgid_plural=many)
            if many:
                entry.msgstr_plural = {0: "", 1: ""}
            catalogue.append(entry)
        entry.obsolete = False
        entry.msgstr = _typographic(entry.msgstr)
        entry.msgstr_plural = {number: _typographic(said) for number, said in entry.msgstr_plural.items()}
        # Without line numbers: otherwise every change of a file changes the catalogue.
        entry.occurrences = sorted({(path, "") for path, _ in places})
    for message, entry in known.items():
        if message not in messages:
            entry.obsolete = True
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))


def _typographic(french: str) -> str:
    """Screens have the apostrophe of print, whatever key was typed."""
    return _APOSTROPHE.sub("\u2019", french)


def _sources() -> Iterator[tuple[Path, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path, path.read_text(encoding="utf-8")
    for path in sorted(SOURCE.rglob("templates/**/*")):
        if path.suffix in {".html", ".txt", ".svg"}:
            yield path, templatize(path.read_text(encoding="utf-8"))


def _key(entry: polib.POEntry) -> Message:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def _compiled(path: Path) -> dict[Message, object]:
    file = polib.mofile(str(path)) if path.suffix == ".mo" else polib.pofile(str(path))
    return {
        _key(entry): entry.msgstr or dict(entry.msgstr_plural)
        for entry in file
        if not entry.obsolete and (entry.translated() if path.suffix == ".po" else True) and entry.msgid
    }


def _new_catalogue() -> polib.POFile:
    catalogue = polib.POFile()
    catalogue.metadata = {
        "Project-Id-Version": "assidu",
        "Language": "fr",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n > 1);",
    }
    return catalogue


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "assidu.project.settings"
    django.setup()
    match sys.argv[1:]:
        case ["update"]:
            update()
        case ["check"]:
            pass
        case _:
            sys.exit(__doc__)
    left = faults()
    print("\n".join(left) or "The French is complete.")
    sys.exit(1 if left else 0)
