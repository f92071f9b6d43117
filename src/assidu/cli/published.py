"""The published versions of a programme, as `assidu plan` reads and adds to them. Needs a database and Django."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from assidu.cli.database import database
from assidu.cli.output import Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.versions import LIVE, version_in
from assidu.decisions.calendar import local_day
from assidu.foundation import clock
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty.plans import (
    NotApproved,
    NoticeTooShort,
    PublishedPlan,
    programmes,
    publish,
    published_plans,
)
from assidu.plans.check import examine
from assidu.plans.document import Document
from assidu.plans.rewriting import rewritten
from assidu.plans.wording import Language, placed_problem
from assidu.plans.writing import to_yaml

BY_COMMAND = "command"


@contextmanager
def versions(output: Output, programme: str = "") -> Iterator[list[PublishedPlan]]:
    """All versions, the oldest first, while the database is there."""
    with database(output):
        known = programmes()
        if not known:
            raise Refused(_("No programme has been published yet."), "`assidu plan publish FILE`", "no_plan")
        if programme and programme not in known:
            raise Misuse(
                _("There is no programme %(name)r: %(known)s.")
                % {"name": programme, "known": ", ".join(known)},
                code="unknown_programme",
            )
        if not programme and len(known) > 1:
            raise Misuse(
                _("Say which programme: --programme %(known)s.") % {"known": ", ".join(known)},
                code="which_programme",
            )
        yield published_plans(programme or known[0])


def written(plans: list[PublishedPlan], wanted: str, language: Language) -> tuple[Document, str]:
    """A version by its number, the one in force, or a file about the same programme; and its text."""
    if version_in(wanted) is not None:
        document = chosen(plans, wanted).document
        return document, to_yaml(document)
    path = Path(wanted)
    if not path.is_file():
        raise Misuse(
            _("There is no file %(file)s.") % {"file": wanted},
            _("--plan takes a file, %(words)s.") % {"words": "live, 1, 2…"},
            "no_such_file",
        )
    text = path.read_text(encoding="utf-8")
    examined = examine(text)
    if examined.document is None or not examined.is_ok:
        raise Misuse(
            placed_problem(examined.errors[0], language), _("`assidu plan check` tells more."), "bad_plan"
        )
    if examined.document.programme != plans[-1].document.programme:
        raise Misuse(_("This document is about another programme."), code="other_programme")
    return examined.document, text


def chosen(plans: list[PublishedPlan], version: str) -> PublishedPlan:
    """One version by its number, or the one in force."""
    if version == LIVE:
        begun = [plan for plan in plans if plan.valid_from <= clock.now()]
        return max(begun, key=lambda plan: (plan.valid_from, plan.version), default=plans[0])
    wanted = version_in(version)
    for plan in plans:
        if str(plan.version) == wanted:
            return plan
    numbers = ", ".join(str(plan.version) for plan in plans)
    raise Misuse(
        _("There is no version %(version)s: %(known)s.") % {"version": version, "known": numbers},
        code="unknown_version",
    )


def version_named(output: Output, version: str) -> PublishedPlan:
    with versions(output) as plans:
        return chosen(plans, version)


def publish_checked(
    output: Output, document: Document, text: str, note: str, first_day: date | None
) -> tuple[PublishedPlan, bool]:
    """The version it has become, and whether it is new: the very same programme is not published twice."""
    with database(output):
        known = published_plans(document.programme)
        now = clock.now()
        if first_day is not None and first_day != document.valid_from:
            document = msgspec.structs.replace(document, valid_from=first_day)
            text = rewritten(text, document)
        today = local_day(now, ZoneInfo(document.zone))
        if known and document.valid_from < today and not _is_known(document, known):
            raise Refused(
                _("Version %(n)s would begin on %(day)s, which has passed: what was decided stays decided.")
                % {"n": known[-1].version + 1, "day": document.valid_from},
                _("Put a later day in `valid_from`, or say --first-day %(day)s.") % {"day": today},
                "begins_too_early",
            )
        try:
            plan = publish(document, text, at=now, by=BY_COMMAND, note=note)
        except NoticeTooShort as short:
            raise Refused(
                _("This version takes something from customers, who were promised to be told earlier."),
                _("Let it begin on %(day)s or later; `assidu plan notice` says what it takes.")
                % {"day": short.earliest},
                "notice_too_short",
            ) from None
        except NotApproved:
            raise Refused(
                _("This programme has a threshold: others may have to approve the version."),
                _("`assidu plan submit FILE --simulate`, then publish the draft that it names."),
                "needs_approval",
            ) from None
        is_new = not known or plan.version != known[-1].version
        if is_new:
            # Only now: it has Django models, and Django is set up with the database.
            from assidu.foundation.people import actions

            after = {"programme": document.programme, "valid_from": document.valid_from.isoformat()}
            actions.record(COMMAND_LINE, "plan.published", "plan", str(plan.version), after=after)
        return plan, is_new


def _is_known(document: Document, known: list[PublishedPlan]) -> bool:
    last = known[-1]
    return msgspec.structs.replace(document, version=last.version) == last.document


def as_json(plan: PublishedPlan) -> dict[str, Any]:
    return {
        "programme": plan.document.programme,
        "version": plan.version,
        "valid_from": plan.document.valid_from,
        "published_at": plan.published_at,
        "published_by": plan.published_by,
        "note": plan.note,
        "hash": plan.hash,
    }
