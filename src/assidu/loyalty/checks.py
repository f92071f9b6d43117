"""What `assidu doctor` looks at in this room."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assidu.catalogue.rates import rate_book
from assidu.decisions.calendar import local_day
from assidu.foundation import clock
from assidu.foundation.checks import Finding
from assidu.foundation.guards import CHANGING, not_allowed, triggers_on
from assidu.foundation.sql import rows
from assidu.loyalty import plans, prize_draws, queries
from assidu.plans.identity import document_hash

DECIDED = (
    "loyalty_plan",
    "loyalty_decision",
    "loyalty_draft_step",
    "loyalty_approval_threshold",
    "loyalty_approval_request",
    "loyalty_approval",
    "loyalty_prize_draw",
    "loyalty_draw_entrant",
)
LATE = timedelta(days=1)


def checks() -> Iterator[Finding]:
    yield triggers_on("append_only", [(table, f"{table}_append_only") for table in DECIDED])
    yield not_allowed("grants", CHANGING, DECIDED)
    programmes = plans.programmes()
    if not programmes:
        yield Finding(
            "plan", False, _("No programme was published: nothing can be recorded."),
            _("`assidu plan check FILE`, then `assidu plan publish FILE`; or try `assidu demo`."),
        )  # fmt: skip
    for programme in programmes:
        yield _plan(programme)
        yield _due(programme)
        yield _draws(programme)
        yield from _rates(programme)


def _plan(programme: str) -> Finding:
    versions = queries.versions(programme)
    book = queries.current_book(programme)
    assert book is not None, "a programme has at least one version"
    changed = [one.version for one in versions if document_hash(one.document) != one.hash]
    if changed:
        return Finding(
            "plan", False, _("Versions %(versions)s of %(programme)s are not what was published.")
            % {"versions": changed, "programme": programme},
            _("Somebody changed them in the database: restore the latest backup."),
        )  # fmt: skip
    if versions[0].valid_from > clock.now():
        begins = {"programme": programme, "day": versions[0].document.valid_from}
        return Finding("plan", True, _("%(programme)s begins on %(day)s.") % begins)
    version = book.at(clock.now()).version
    words = _("%(programme)s is in force in version %(version)s of %(count)s.")
    figures = {"programme": programme, "version": version, "count": len(versions)}
    return Finding("plan", True, words % figures)


def _draws(programme: str) -> Finding:
    """What is due is drawn, and its prizes given, within a minute while the server runs."""
    book = queries.current_book(programme)
    assert book is not None
    before = clock.now() - LATE
    done = prize_draws.drawn(programme)
    late = [
        one.draw.name
        for one in prize_draws.announced(book)
        if one.due_at <= before and one.draw.name not in done
    ]
    if late:
        return Finding(
            "draws", False, _("Not drawn though its day has passed: %(draws)s.") % {"draws": ", ".join(late)},
            _("`assidu draw run CODE` draws it, or says why it cannot be drawn."),
        )  # fmt: skip
    [(waiting,)] = rows(
        "SELECT count(*) FROM loyalty_prize AS p JOIN loyalty_prize_draw AS d USING (programme, draw) "
        "WHERE p.programme = %s AND p.decided_at IS NULL AND d.drawn_at <= %s",
        [programme, before],
    )
    if waiting:
        return Finding(
            "draws", False, ngettext(
                "%(n)s prize that was drawn is not given yet.",
                "%(n)s prizes that were drawn are not given yet.",
                waiting,
            ) % {"n": waiting},
            _("Run `assidu serve`, which gives them, or `assidu tick` once."),
        )  # fmt: skip
    return Finding("draws", True, _("No draw is late, and every prize is given."))


def _rates(programme: str) -> Iterator[Finding]:
    """Of each money that tickets may be paid in, a rate that still serves."""
    book = queries.current_book(programme)
    assert book is not None, "a programme has at least one version"
    now = clock.now()
    plan = book.at(now)
    if not plan.money.foreign:
        return
    today, known = local_day(now, plan.zone), rate_book()
    without = []
    for currency in plan.money.foreign:
        last = known.on(currency, today)
        if last is None:
            without.append(_("%(money)s (no rate)") % {"money": currency})
        elif last.day is not None and (today - last.day).days > plan.money.rate_days_max:
            without.append(_("%(money)s (since %(day)s)") % {"money": currency, "day": last.day})
    if without:
        yield Finding(
            "rates",
            False,
            _("Tickets in these moneys are refused unless they bring a rate of their own: %(moneys)s.")
            % {"moneys": ", ".join(without)},
            _("Set today's: `assidu rates set CHF 0.9432`, or let another system send them (PUT /v1/rates)."),
        )
    else:
        yield Finding("rates", True, _("Every money that tickets may be paid in has a rate."))


def _due(programme: str) -> Finding:
    """What the clock owes is decided every minute while the server runs, and before any event of the customer."""
    book = queries.current_book(programme)
    assert book is not None
    now = clock.now()
    today = local_day(now, book.at(now).zone)
    [(late, first)] = rows(
        "SELECT count(*), min(next_due) FROM loyalty_member WHERE programme = %s AND next_due <= %s",
        [programme, today - LATE],
    )
    if late:
        return Finding(
            "due", False, ngettext(
                "For %(n)s customer something has been due since %(day)s: expiries, reviews of status.",
                "For %(n)s customers something has been due since %(day)s: expiries, reviews of status.",
                late,
            ) % {"n": late, "day": first},
            _("Run `assidu serve`, which decides what is due, or `assidu tick` once."),
        )  # fmt: skip
    return Finding("due", True, _("Nothing is late: expiries and reviews are decided."))
