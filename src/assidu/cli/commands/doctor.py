"""`assidu doctor`: what is wrong, and what to do, in words."""

from __future__ import annotations

import django

from assidu.cli.database import server
from assidu.cli.output import JsonFlag, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import number, rooms_speak
from assidu.foundation.database import as_django


def command(json: JsonFlag = False) -> None:
    """Look at everything that can be wrong, and say what to do about it."""
    output = Output(json)
    try:
        with server(output) as database:
            django.setup()
            from assidu.backoffice.sentences import reject_sentence
            from assidu.foundation.checks import findings as found
            from assidu.foundation.schema import point_to

            point_to(as_django(database.url))
            with rooms_speak():
                findings = list(found())
                sentences = {
                    code: reject_sentence(code) for _room, finding in findings for code in finding.by_code
                }
    except Refused as refusal:
        output.answer(
            {"is_well": False, "findings": [{"room": "foundation", "name": "database", "is_well": False,
                                             "what": refusal.message, "advice": refusal.advice, "by_code": {}}]},
            f"✗ {refusal.message}\n  → {refusal.advice}",
            is_yes=False,
        )  # fmt: skip
        return
    is_well = all(finding.is_well for _room, finding in findings)
    lines = []
    for _room, finding in findings:
        lines.append(f"{'✓' if finding.is_well else '✗'} {finding.what}")
        lines += [
            f"    {number(count):>8}  {sentences[code]} ({code})" for code, count in finding.by_code.items()
        ]
        if finding.advice:
            lines.append(f"  → {finding.advice}")
    lines.append(_("All is well.") if is_well else _("Something needs attention: see ✗ above."))
    result = {
        "is_well": is_well,
        "findings": [
            {
                "room": room,
                "name": finding.name,
                "is_well": finding.is_well,
                "what": finding.what,
                "advice": finding.advice,
                "by_code": dict(finding.by_code),
            }
            for room, finding in findings
        ],
    }
    output.answer(result, "\n".join(lines), is_yes=is_well)
