"""Files of the catalogue that a command of their own takes: with a mapping, or with columns that are called as ours."""

from collections.abc import Mapping as Map
from pathlib import Path

from assidu.cli.commands.import_ import run_import, words
from assidu.cli.database import database
from assidu.cli.output import Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.connectors.actions import ImportOrder
from assidu.connectors.files.mapping import Mapping, MappingError, Target
from assidu.connectors.files.mapping_file import REQUIRED_FIELDS, parse_mapping, read_mapping
from assidu.connectors.imports.types import Pair
from assidu.foundation import clock

CSV = (".csv", ".txt", ".tsv")


def take_file(
    file: Path, mapping: Path | None, target: Target, columns: Map[str, str], output: Output
) -> None:
    """Import one file; ``columns`` are how a column that is called as a field is read into it."""
    if not file.is_file():
        raise Misuse(_("There is no file %(file)s.") % {"file": file})
    try:
        known = read_mapping(mapping) if mapping is not None else _plain(file, target, columns)
    except MappingError as error:
        raise Refused(
            str(error), _("docs/reference/mapping.md explains mapping files."), "mapping"
        ) from error
    if known.target is not target:
        raise Misuse(_("This mapping is of %(target)s.") % {"target": known.target.value})
    with database(output) as found:
        order = ImportOrder([Pair(file, known)], clock.now(), catches_up=False)
        report = run_import(order, found.url, output)
    output.answer(report.as_json(), words(report))


def _plain(file: Path, target: Target, columns: Map[str, str]) -> Mapping:
    """The mapping of a file without one. A CSV file need not have every column, and tells its delimiter by its head."""
    lines = ["version = 1", f'name = "{target.value}"', f'target = "{target.value}"']
    there = set(columns)
    if file.suffix.lower() in CSV:
        with file.open(encoding="utf-8-sig", errors="replace") as text:
            head = text.readline()
        delimiter = max(",;\t", key=head.count)
        there = {name.strip().strip('"') for name in head.strip().split(delimiter)}
        lines += ["[file]", 'format = "csv"', f"delimiter = {delimiter!r}".replace("'", '"')]
        if delimiter == ";":
            lines.append('decimal_mark = ","')
    wanted = {*REQUIRED_FIELDS[target], *there}
    lines += ["[record]", *(f"{name} = {column}" for name, column in columns.items() if name in wanted)]
    return parse_mapping("\n".join(lines), file.name)
