"""What the programme owes, month by month, and what it should bring."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from assidu.api.asked import programme_in_service
from assidu.api.door import caller_at, stop
from assidu.api.files import DESCRIBED, Kind, file
from assidu.api.parameters import Spoken, language_at
from assidu.economics import actions, measuring, queries
from assidu.economics.documents import SENTENCES, in_full, read_assumptions, read_policy
from assidu.economics.owed_by_tier import TierOwed, tiers_owed
from assidu.economics.papers import papers
from assidu.economics.tables import currencies_of
from assidu.economics.types import (
    Assumptions,
    MacroReport,
    NotClosed,
    Past,
    SavedAssumptions,
    View,
    report,
)
from assidu.economics.views import (
    LiabilityView,
    MonthView,
    TriangleView,
    liability_view,
    month_view,
    triangle_view,
)
from assidu.economics.workbook.liability import liability_workbook
from assidu.economics.workbook.macro import macro_workbook
from assidu.foundation import clock
from assidu.foundation.problems import Fault
from assidu.loyalty import queries as loyalty
from assidu.measurement.queries import has_invented
from assidu.plans.problems import Problem, path_text
from assidu.plans.wording import Language, problem

router = Router(tags=["Economics"])

_MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
Month = Annotated[
    str, Query("", max_length=7, description="As 2026-10; left out: the newest month that is over.")
]
Content = Annotated[str, Field(min_length=1, max_length=1_000_000)]


class DocumentBody(Schema):
    """A document in YAML or JSON."""

    content: Content


class CloseBody(Schema):
    """``month``, as 2026-10: the one that is meant; if it cannot be closed next, nothing is."""

    month: Annotated[str, Field(max_length=7)] = ""


@dataclass(frozen=True, slots=True)
class OwedAnswer:
    """What is owed; ``tiers``: what members of each status held at the end of the month that is told in full, at face
    value (TTC), and their part of what is owed at cost (HT), by units;
    ``has_invented``: it is the data of the demonstration, which is partly invented."""

    liability: LiabilityView
    tiers: list[TierOwed]
    has_invented: bool


@dataclass(frozen=True, slots=True)
class EntryLine:
    account: str
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What changed in a month; ``reference`` is the same each time it is asked for."""

    reference: str
    journal: str
    day: date
    view: str
    cause: str
    currency: str
    lines: list[EntryLine]


@dataclass(frozen=True, slots=True)
class Journal:
    """``view``: that of the settings unless another one is asked for."""

    programme: str
    money: str
    view: str
    entries: list[JournalEntry]


@dataclass(frozen=True, slots=True)
class LiabilitySettings:
    """What units cost, who pays a part, the numbers of accounts."""

    programme: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """``has_invented``: it is the data of the demonstration, which is partly invented."""

    past: Past
    has_invented: bool


@dataclass(frozen=True, slots=True)
class MacroAnswer:
    """Amounts in minor units of ``money``, without VAT unless they say TTC. ``has_invented``: what was measured is the
    data of the demonstration, which is partly invented."""

    programme: str
    money: str
    decimals: int
    report: MacroReport
    has_invented: bool


@dataclass(frozen=True, slots=True)
class AssumptionSet:
    """A saved set of assumptions; ``assumptions`` is the document itself."""

    name: str
    version: int
    saved_at: datetime
    saved_by: str
    assumptions: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AssumptionSets:
    sets: list[AssumptionSet]


@router.get("/economics/liability", response=OwedAnswer, summary="What is owed")
def read_liability(request: HttpRequest, month: Month) -> OwedAnswer:
    """Every month in a line, and one of them in full: units, cost (HT), deferred revenue (HT), rates with intervals."""
    caller_at(request, "economics:read", is_for_stores=False)
    wanted = _month(month)
    found = queries.liability(programme_in_service(), clock.now())
    view = liability_view(found, wanted)
    if wanted is not None and view.month is None:
        raise stop("unknown_month")
    state = found.latest if wanted is None else found.at(wanted)
    tiers = () if state is None else tiers_owed(state.figures, queries.tiers(found.programme, state.month))
    return OwedAnswer(view, list(tiers), has_invented())


@router.get(
    "/economics/liability.{kind}",
    response={200: bytes},
    summary="What is owed, as a file",
    openapi_extra=DESCRIBED,
)
def read_liability_file(
    request: HttpRequest, kind: Kind, month: Month, language: Spoken = None
) -> HttpResponse:
    """The workbook has every month; the page is about the one that is asked for."""
    caller_at(request, "economics:read", is_for_stores=False)
    wanted = _month(month)
    found = queries.liability(programme_in_service(), clock.now())
    if wanted is not None and found.at(wanted) is None:
        raise stop("unknown_month")
    return file(
        kind,
        f"{found.programme}-liability",
        language_at(request, language),
        workbook=lambda: liability_workbook(found, has_invented=has_invented()),
        paper=lambda: papers().owed(found, wanted),
    )


@router.get("/economics/triangle", response=TriangleView, summary="How units are used by age")
def read_triangle(
    request: HttpRequest,
    currency: Annotated[str, Query("", max_length=40, description="Left out: the first there is.")],
) -> TriangleView:
    """What was used of each issue month by age, its chain ladder, and how past estimates turned out."""
    caller_at(request, "economics:read", is_for_stores=False)
    found = queries.liability(programme_in_service(), clock.now())
    known = currencies_of(found)
    view = triangle_view(found, currency or next(iter(known), ""))
    if view is None:
        raise stop("not_found", f"Currencies that moved: {', '.join(known)}.")
    return view


@router.post("/economics/months", response={201: MonthView}, summary="Close a month")
def close_month(request: HttpRequest, body: CloseBody) -> Status[MonthView]:
    """Closes the oldest open month for good. What is learnt of it later falls in the next one."""
    caller = caller_at(request, "economics:write", is_for_stores=False)
    programme = programme_in_service()
    try:
        closed = actions.close_month(programme, _month(body.month), by=caller.actor, at=clock.now())
    except NotClosed as refused:
        figures = {"why": refused.trouble.value, "members": refused.count}
        if refused.month is not None:
            figures["next"] = refused.month.isoformat()
        raise stop("month_not_closed", figures=figures) from None
    state = queries.liability(programme, clock.now()).at(closed.month)
    assert state is not None, "it was just closed"
    return Status(201, month_view(state))


@router.get("/economics/journal", response=Journal, summary="Journal entries of closed months")
def read_journal(
    request: HttpRequest,
    month: Annotated[str, Query("", max_length=7, description="As 2026-10; left out: all of them.")],
    view: Annotated[View | None, Query(None, description="`cost` or `revenue` (IFRS 15).")] = None,
) -> Journal:
    """What changed in each month, debit equal to credit; nothing is ever reversed."""
    caller_at(request, "economics:read", is_for_stores=False)
    programme, wanted = programme_in_service(), _month(month)
    chosen = view or queries.policy(programme).books
    entries = queries.journal(programme, [wanted] if wanted is not None else (), chosen)
    return Journal(
        programme,
        loyalty.versions(programme)[-1].document.sale_currency.code,
        chosen.value,
        [
            JournalEntry(
                one.reference,
                one.journal,
                one.day,
                one.view.value,
                one.cause.value,
                one.currency,
                [EntryLine(line.account, line.debit_minor, line.credit_minor) for line in one.lines],
            )
            for one in entries
        ],
    )


@router.get("/economics/settings", response=LiabilitySettings, summary="What it is valued with")
def read_settings(request: HttpRequest) -> LiabilitySettings:
    caller_at(request, "economics:read", is_for_stores=False)
    programme = programme_in_service()
    return LiabilitySettings(programme, in_full(queries.policy(programme)))


@router.put("/economics/settings", response=LiabilitySettings, summary="Set what it is valued with")
def set_settings(request: HttpRequest, body: DocumentBody, language: Spoken = None) -> LiabilitySettings:
    """For the months that are open from now on; closed ones stay as they are."""
    caller = caller_at(request, "economics:write", is_for_stores=False)
    programme = programme_in_service()
    codes = [one.code for plan in loyalty.versions(programme) for one in plan.document.currencies]
    found, problems = read_policy(body.content, tuple(dict.fromkeys(codes)))
    if found is None:
        raise stop("settings_have_errors", errors=_faults(problems, language_at(request, language)))
    actions.set_policy(programme, found, by=caller.actor, at=clock.now())
    return LiabilitySettings(programme, in_full(found))


@router.get("/economics/past", response=PastAnswer, summary="The past, month after month")
def read_past(
    request: HttpRequest,
    months: Annotated[
        int, Query(measuring.PAST_MONTHS, ge=1, le=120, description="The latest whole months.")
    ],
) -> PastAnswer:
    """Members, who bought, how often, for how much (HT), and how much of what was given will be used in the end."""
    caller_at(request, "economics:read", is_for_stores=False)
    return PastAnswer(measuring.past(programme_in_service(), clock.now(), months=months), has_invented())


@router.post("/economics/macro", response=MacroAnswer, summary="Try assumptions")
def try_assumptions(request: HttpRequest, body: DocumentBody, language: Spoken = None) -> MacroAnswer:
    """What a set of assumptions comes to; nothing is kept. The same assumptions and seed give the same answer."""
    caller_at(request, "economics:read", is_for_stores=False)
    programme = programme_in_service()
    return _answer(programme, _read(request, body.content, language))


@router.post(
    "/economics/macro.{kind}",
    response={200: bytes},
    summary="Try assumptions, as a file",
    openapi_extra=DESCRIBED,
)
def try_assumptions_file(
    request: HttpRequest, kind: Kind, body: DocumentBody, language: Spoken = None
) -> HttpResponse:
    """The same as of a saved set; nothing is kept."""
    caller_at(request, "economics:read", is_for_stores=False)
    programme = programme_in_service()
    return _file(request, programme, _read(request, body.content, language), kind, language)


@router.get("/economics/assumptions", response=AssumptionSets, summary="Saved assumptions")
def list_assumptions(request: HttpRequest) -> AssumptionSets:
    """The newest version of each set, the one saved last first."""
    caller_at(request, "economics:read", is_for_stores=False)
    return AssumptionSets([_set(one) for one in queries.saved_assumptions(programme_in_service())])


@router.post("/economics/assumptions", response={201: AssumptionSet}, summary="Save assumptions")
def save_assumptions(
    request: HttpRequest, body: DocumentBody, language: Spoken = None
) -> Status[AssumptionSet]:
    """Under their name; what was saved under it before stays as an earlier version."""
    caller = caller_at(request, "economics:write", is_for_stores=False)
    programme = programme_in_service()
    found = _read(request, body.content, language)
    saved = actions.save_assumptions(programme, found, by=caller.actor, at=clock.now())
    return Status(201, _set(saved))


@router.get(
    "/economics/assumptions/{str:name}/macro", response=MacroAnswer, summary="What a saved set comes to"
)
def read_macro(
    request: HttpRequest,
    name: str,
    version: Annotated[int, Query(0, ge=0, le=1_000_000, description="The newest when left out.")],
) -> MacroAnswer:
    caller_at(request, "economics:read", is_for_stores=False)
    programme = programme_in_service()
    saved = queries.assumptions(programme, name, version or None)
    if saved is None:
        raise stop("unknown_assumptions")
    return _answer(programme, saved.document)


@router.get(
    "/economics/assumptions/{str:name}/macro.{kind}",
    response={200: bytes},
    summary="What a saved set comes to, as a file",
    openapi_extra=DESCRIBED,
)
def read_macro_file(
    request: HttpRequest,
    name: str,
    kind: Kind,
    version: Annotated[int, Query(0, ge=0, le=1_000_000, description="The newest when left out.")],
    language: Spoken = None,
) -> HttpResponse:
    """The workbook works itself out: change an assumption in it, and every sheet follows."""
    caller_at(request, "economics:read", is_for_stores=False)
    programme = programme_in_service()
    saved = queries.assumptions(programme, name, version or None)
    if saved is None:
        raise stop("unknown_assumptions")
    return _file(request, programme, saved.document, kind, language)


def _file(
    request: HttpRequest, programme: str, found: Assumptions, kind: Kind, language: Spoken
) -> HttpResponse:
    decimals = loyalty.versions(programme)[-1].document.sale_currency.decimals
    return file(
        kind,
        f"{programme}-expected",
        language_at(request, language),
        workbook=lambda: macro_workbook(
            found, report(found, decimals), decimals, has_invented=has_invented()
        ),
        paper=lambda: papers().expected(programme, found),
    )


def _month(text: str) -> date | None:
    if not text:
        return None
    if _MONTH.fullmatch(text) is None:
        raise stop("invalid_request", errors=[Fault("month", "A month is written as 2026-10.")])
    return date.fromisoformat(f"{text}-01")


def _read(request: HttpRequest, content: str, language: str | None) -> Assumptions:
    found, problems = read_assumptions(content)
    if found is None:
        raise stop("assumptions_have_errors", errors=_faults(problems, language_at(request, language)))
    return found


def _faults(problems: tuple[Problem, ...], spoken: Language) -> list[Fault]:
    return [Fault(path_text(one.path), problem(one, spoken, SENTENCES), one.code) for one in problems]


def _answer(programme: str, found: Assumptions) -> MacroAnswer:
    money = loyalty.versions(programme)[-1].document.sale_currency
    return MacroAnswer(programme, money.code, money.decimals, report(found, money.decimals), has_invented())


def _set(one: SavedAssumptions) -> AssumptionSet:
    return AssumptionSet(one.name, one.version, one.saved_at, one.saved_by, msgspec.to_builtins(one.document))
