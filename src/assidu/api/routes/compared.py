"""Saved sets of assumptions side by side: each what it comes to, and all of them as one file."""

from dataclasses import dataclass
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from assidu.api.asked import programme_in_service
from assidu.api.door import caller_at, stop
from assidu.api.files import DESCRIBED, Kind, file
from assidu.api.parameters import Spoken, language_at
from assidu.economics import queries
from assidu.economics.papers import papers
from assidu.economics.types import COMPARED_MAX, MacroReport, SavedAssumptions, report
from assidu.economics.workbook.compared import compared_workbook
from assidu.loyalty import queries as loyalty
from assidu.measurement.queries import has_invented

router = Router(tags=["Economics"])
Sets = Annotated[
    list[str],
    Query(
        [],  # whoever has no key is told so first
        alias="set",
        max_length=COMPARED_MAX,
        description=f"The names of two to {COMPARED_MAX} saved sets; the newest version of each.",
    ),
]


@dataclass(frozen=True, slots=True)
class ComparedSet:
    name: str
    version: int
    report: MacroReport


@dataclass(frozen=True, slots=True)
class ComparedSets:
    """In the order in which they were asked for; they draw the same luck. Amounts in minor units of ``money``, without
    VAT unless they say TTC. ``has_invented``: what was measured is the data of the demonstration, which is partly
    invented."""

    programme: str
    money: str
    decimals: int
    sets: list[ComparedSet]
    has_invented: bool


@router.get("/economics/compared", response=ComparedSets, summary="Saved sets side by side")
def compare_sets(request: HttpRequest, names: Sets) -> ComparedSets:
    """What two or three saved sets of assumptions come to."""
    caller_at(request, "economics:read", is_for_stores=False)
    programme = programme_in_service()
    money = loyalty.versions(programme)[-1].document.sale_currency
    sets = [
        ComparedSet(one.name, one.version, report(one.document, money.decimals))
        for one in _saved(programme, names)
    ]
    return ComparedSets(programme, money.code, money.decimals, sets, has_invented())


@router.get(
    "/economics/compared.{kind}",
    response={200: bytes},
    summary="Saved sets side by side, as a file",
    openapi_extra=DESCRIBED,
)
def compare_sets_file(request: HttpRequest, kind: Kind, names: Sets, language: Spoken = None) -> HttpResponse:
    """In the workbook each set works itself out on its own sheets."""
    caller_at(request, "economics:read", is_for_stores=False)
    programme = programme_in_service()
    saved = _saved(programme, names)
    decimals = loyalty.versions(programme)[-1].document.sale_currency.decimals
    return file(
        kind,
        f"{programme}-compared",
        language_at(request, language),
        workbook=lambda: compared_workbook(
            [(one.document, report(one.document, decimals)) for one in saved],
            decimals,
            has_invented=has_invented(),
        ),
        paper=lambda: papers().compared(programme, saved),
    )


def _saved(programme: str, names: list[str]) -> list[SavedAssumptions]:
    asked = dict.fromkeys(names)
    if len(asked) < 2:
        raise stop("invalid_request", "Name two sets at least: set=…&set=…")
    known = [one for name in asked if (one := queries.assumptions(programme, name)) is not None]
    if len(known) < len(asked):
        raise stop("unknown_assumptions")
    return known
