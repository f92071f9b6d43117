"""What is said is found, so that `tools/messages.py check`, a step of its own, can ask for the French of it."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "messages.py"


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", TOOL)
    assert spec
    assert spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


SAID = {
    '_("plain")': {("", "plain", "")},
    '_("begun here " "and ended there")': {("", "begun here and ended there", "")},
    '_(\n    "over "\n    "lines"\n)': {("", "over lines", "")},
    'gettext_noop("marked"), gettext_lazy("late")': {("", "marked", ""), ("", "late", "")},
    'ngettext("one", "many", n)': {("", "one", "many")},
    'ngettext(\n    "%(n)s "\n    "row",\n    "%(n)s "\n    "rows",\n    n,\n)': {
        ("", "%(n)s row", "%(n)s rows")
    },
    'pgettext("of a ticket", "change")': {("of a ticket", "change", "")},
    'npgettext("of a ticket", "line", "lines", n)': {("of a ticket", "line", "lines")},
    "f\"{_('within')} and {a}\"": {("", "within", "")},
    "f\"{_('in ' 'two parts')}\"": {("", "in two parts", "")},
    "f\"{a:{_('as a format')}}\"": {("", "as a format", "")},
    'f"""{f"{a} {_(chr(34))} {_(\'inner\')}"}"""': {("", "inner", "")},
    'f"""\n{ngettext(\n    "one"\n    " within",\n    "many within",\n    n,\n)}"""': {
        ("", "one within", "many within")
    },
    "f\"{pgettext('where', 'what')}\" f\"{_('beside')}\"": {("where", "what", ""), ("", "beside", "")},
    "f\"{_('a %(b)s') % {'b': _('c')}}\"": {("", "a %(b)s", ""), ("", "c", "")},
    'translation.gettext("by its module")': {("", "by its module", "")},
    "f\"{translation.gettext('by its module')}\"": {("", "by its module", "")},
    "\"_('only told of')\"": set(),
}
"""What a program says, and the messages that are found in it: (context, one, many)."""


@pytest.mark.parametrize("program", SAID)
def test_what_is_said_is_found_however_it_is_written(program: str, messages: ModuleType) -> None:
    assert {message for message, _line in messages.said_in(program)} == SAID[program]
