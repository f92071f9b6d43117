"""Drafts and versions, as `assidu plan` brings them on their way. Needs a database and Django."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from assidu.cli.database import database
from assidu.cli.output import Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import gettext_noop
from assidu.decisions.calendar import local_day
from assidu.foundation import clock
from assidu.foundation.people.types import COMMAND_LINE
from assidu.plans.document import Document

TROUBLES = {
    "has_errors": (
        gettext_noop("The draft has mistakes."),
        gettext_noop("`assidu plan draft DRAFT` tells them."),
    ),
    "other_programme": (gettext_noop("The draft speaks of another programme."), ""),
    "not_submitted": (
        gettext_noop("This text was not submitted, or a version was published since."),
        gettext_noop("`assidu plan submit DRAFT`."),
    ),
    "not_approved": (
        gettext_noop("Somebody who did not write it must approve it."),
        gettext_noop("On the screen, or `assidu plan approve DRAFT`."),
    ),
    "own_work": (
        gettext_noop("It was written at the command line: somebody else approves it, on the screen."),
        "",
    ),
    "sent_back": (gettext_noop("It was sent back."), gettext_noop("Change it, or submit it again.")),
    "starts_in_the_past": (gettext_noop("What was decided stays decided: today or a later day."), ""),
    "notice_too_short": (
        gettext_noop("This version takes something from customers, who were promised to be told earlier."),
        gettext_noop(
            "Let it begin later; `assidu plan notice live FILE` says what it takes, and from when it may."
        ),
    ),
    "nothing_changes": (gettext_noop("The version in force says the same."), ""),
    "has_begun": (
        gettext_noop("This version has begun."),
        gettext_noop("`assidu plan go-back` to an earlier one."),
    ),
    "unknown_version": (
        gettext_noop("There is no such version that was in force."),
        gettext_noop("`assidu plan history` lists them."),
    ),
    "closed": (gettext_noop("The draft was published or dropped."), ""),
}
"""What is wrong and what to do about it, in English: translated where it is told."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What must happen before a version can be published, in words."""

    draft_id: UUID
    is_approved: bool
    words: str


@contextmanager
def steps(output: Output) -> Iterator[None]:
    """The database; what is not done is told with what to do about it."""
    with database(output):
        # Only now: they have Django models, and Django is set up with the database.
        from assidu.loyalty.approvals import NotDone
        from assidu.loyalty.drafts import Closed
        from assidu.loyalty.needs import NotSimulated

        try:
            yield
        except NotDone as refused:
            words, advice = _trouble(refused.trouble.value)
            if refused.earliest is not None:
                advice = _("Let it begin on %(day)s or later; `assidu plan notice` says what it takes.") % {
                    "day": refused.earliest
                }
            raise Refused(words, advice, refused.trouble.value) from None
        except NotSimulated:
            raise Refused(
                _("Who must approve depends on what it costs."), _("Say --simulate."), "not_simulated"
            ) from None
        except Closed:
            raise Refused(*_trouble("closed"), "closed") from None


def _trouble(code: str) -> tuple[str, str]:
    words, advice = TROUBLES[code]
    return _(words), _(advice) if advice else ""


def kept(text: str, document: Document) -> UUID:
    """A draft with this text, from the version in force."""
    from assidu.foundation.people.actions import record
    from assidu.loyalty import drafts
    from assidu.loyalty.plans import published_plans

    known = published_plans(document.programme)
    based_on = known[-1].version if known else 0
    draft = drafts.open_draft(
        text, at=clock.now(), by="command", based_on=based_on, programme=document.programme
    )
    record(COMMAND_LINE, "plan.draft_opened", "draft", str(draft.draft_id), after={"based_on": based_on})
    return draft.draft_id


def draft_named(name: str) -> Any:
    """A draft by its id, or by the beginning or end of it."""
    from assidu.loyalty import drafts
    from assidu.loyalty.plans import programmes

    known = programmes()
    found = [one for one in drafts.open_drafts(known[0] if known else "") if _is(one.draft_id, name)]
    if len(found) == 1:
        return found[0]
    if not found and len(name) == len(str(UUID(int=0))):
        try:
            closed = drafts.find(UUID(name))
        except ValueError:
            closed = None
        if closed is not None:
            return closed
    raise Misuse(
        (_("There is no draft %(name)r.") if not found else _("%(name)r is several drafts."))
        % {"name": name},
        _("`assidu plan drafts` lists them."),
        "unknown_draft",
    )


def _is(draft_id: UUID, name: str) -> bool:
    return len(name) > 3 and (str(draft_id).startswith(name) or str(draft_id).endswith(name))


def told(draft: Any) -> dict[str, Any]:
    """A draft as JSON tells it."""
    from assidu.loyalty import approvals

    yearly = yearly_of_draft(draft)
    is_simulated = yearly is not None and yearly.change is not None
    request = approvals.request_of(draft)
    return {
        "draft": str(draft.draft_id),
        "programme": draft.programme,
        "based_on": draft.based_on,
        "state": approvals.state_of(draft, is_simulated=is_simulated, at=clock.now()).value,
        "step": draft.step.n,
        "version": draft.version,
        "written_at": draft.step.written_at,
        "written_by": draft.step.written_by,
        "yearly_change_minor": yearly.change.change_minor if yearly is not None and yearly.change else None,
        "is_outdated": yearly is not None and yearly.is_outdated,
        "needed": request.needed if request is not None else None,
        "cause": request.cause.value if request is not None else None,
    }


def yearly_of_draft(draft: Any) -> Any:
    from assidu.simulation.yearly import yearly_of

    examined, live = draft.examine(), live_of(draft.programme)
    if live is None or examined.document is None or not examined.is_ok:
        return None
    return yearly_of(examined.document, live)


def live_of(programme: str) -> Document | None:
    from assidu.loyalty import queries

    book = queries.current_book(programme) if programme else None
    if book is None:
        return None
    number = book.at(clock.now()).version
    return next(one.document for one in queries.versions(programme) if one.version == number)


def simulate_both(output: Output, draft: Any) -> None:
    """Replay the past under the draft and under the version in force, and wait for it."""
    import time

    from assidu.simulation.tried_plans import of_draft
    from assidu.simulation.yearly import start_missing, yearly_of

    examined, live = draft.examine(), live_of(draft.programme)
    if live is None or examined.document is None or not examined.is_ok:
        return
    yearly = start_missing(examined.document, draft.text, live, label=of_draft(draft.draft_id), by="command")
    with output.progress(_("Replaying the past"), total=100) as advance:
        shown = 0
        while yearly.is_running:
            advance(max(yearly.percent - shown, 0))
            shown = max(yearly.percent, shown)
            time.sleep(1)
            yearly = yearly_of(examined.document, live)


def today_of(document: Document) -> date:
    from zoneinfo import ZoneInfo

    return local_day(clock.now(), ZoneInfo(document.zone))
