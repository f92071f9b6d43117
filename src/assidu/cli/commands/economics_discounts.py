"""`assidu economics discounts`: what promotions cost and brought, and the same year with a share of them as points."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from assidu.backoffice.views.studio import discounts as looked
from assidu.cli import published
from assidu.cli.database import database
from assidu.cli.following import followed
from assidu.cli.marking import marked
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.printing import printing
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language as terminal_language
from assidu.cli.speech import rooms_speak
from assidu.cli.versions import LIVE
from assidu.economics.discounts import runs
from assidu.economics.discounts.runs import DiscountsRun
from assidu.economics.discounts.tables import tables
from assidu.economics.discounts.turned_plan import currency_for
from assidu.economics.discounts.types import (
    Discounts,
    DiscountsAnswer,
    DiscountsQuestion,
    Estimate,
    Turned,
    Turning,
)
from assidu.economics.discounts.words import assumptions, why
from assidu.economics.workbook.discounts import discounts_workbook
from assidu.foundation.tables import as_csv
from assidu.measurement.queries import has_invented
from assidu.plans.document import Document
from assidu.plans.wording import Language, language_of
from assidu.plans.wording.figures import money, number


def discounts(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="All that is recorded.")
    ] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Included.")] = None,
    margin: Annotated[
        float | None,
        typer.Option(
            help="What a sale at the ordinary price earns, in percent of it before VAT.", min=0, max=100
        ),
    ] = None,
    funded: Annotated[
        float, typer.Option(help="What suppliers pay back of discounts, in percent.", min=0, max=100)
    ] = 0.0,
    share: Annotated[
        int, typer.Option(help="Percent of the discounts that become points; 0: none.", min=0, max=100)
    ] = 0,
    depth_from: Annotated[
        int, typer.Option(help="Only discounts of so many percent or more become points.", min=0, max=100)
    ] = 0,
    department: Annotated[
        list[str] | None, typer.Option(help="Only discounts of these departments become points.")
    ] = None,
    currency: Annotated[str, typer.Option(help="Of the programme; the first that can pay.")] = "",
    pull: Annotated[
        int, typer.Option(help="What points draw, in percent of what a discount draws.", min=0, max=100)
    ] = 0,
    redemption: Annotated[
        float | None,
        typer.Option(help="Percent of points that are ever used; as the programme expects.", min=0, max=100),
    ] = None,
    redemption_error: Annotated[
        float, typer.Option(help="The standard error of that, in points of percent.", min=0, max=50)
    ] = 0.0,
    cost: Annotated[
        float, typer.Option(help="What a used euro costs, in percent of its face value.", min=0, max=200)
    ] = 100.0,
    plan: Annotated[
        str, typer.Option(help="Which programme gives the points: `live`, a version, or a file.")
    ] = LIVE,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.", min=0)] = 1,
    excel: Annotated[
        Path | None, typer.Option(help="A workbook; what points come to is worked out in it.")
    ] = None,
    pdf: Annotated[Path | None, typer.Option(help="The page of the studio, as a file to send.")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="A folder for what is behind, a file for each table.")
    ] = None,
    programme: Annotated[str, typer.Option(help="Needed when there is more than one.")] = "",
    json: JsonFlag = False,
) -> None:
    """Say what promotions cost and brought in recorded history, by observation; with --share, what the same history
    would have been with a share of their money credited as points. The answer is kept."""
    output = Output(json)
    if since and until and since > until:
        raise Misuse(_("The period ends before it begins."), code="bad_period")
    spoken = language_of(terminal_language())
    turning = None
    if share:
        turning = Turning(
            share, depth_from, tuple(department or ()), currency, pull, redemption, redemption_error, cost
        )
    with database(output):
        with published.versions(output, programme) as plans:
            document, yaml = published.written(plans, plan, spoken)
            if turning is not None and currency_for(document, currency) is None:
                raise Misuse(
                    _("The programme has no such currency that a ticket can be paid with."),
                    code="unknown_currency",
                )
        question = DiscountsQuestion(
            document.programme,
            since.date() if since else None,
            until.date() if until else None,
            margin,
            funded_percent=funded,
            turning=turning,
            seed=seed,
        )
        with output.progress(_("Looking at discounts")) as advance:
            run_id = runs.start(question, yaml, label="assidu economics", by="command")
            run = followed(run_id, runs.run, runs.cancel, advance)
        answer = run.answer
        if answer is None:
            raise Refused(_("It came to no end: %(why)s") % {"why": run.failure or run.state}, code="failed")
        is_marked = has_invented()
        if excel is not None:
            said = assumptions(spoken, answer.told, answer.turned)
            with rooms_speak():
                excel.write_bytes(
                    discounts_workbook(answer, said, document.sale_currency.decimals, has_invented=is_marked)
                )
        if pdf is not None:
            with printing(document.programme) as known:
                pdf.write_bytes(looked.paper(known, run))
    if csv is not None:
        csv.mkdir(parents=True, exist_ok=True)
        for table in tables(answer):
            (csv / f"{table.name}.csv").write_text(as_csv(table), encoding="utf-8", newline="")
    output.answer(
        {**as_json(run, answer, spoken), "has_invented": is_marked},
        marked(_text(answer, document, spoken), is_marked),
        is_yes=answer.told is not None,
    )


def as_json(run: DiscountsRun, answer: DiscountsAnswer, spoken: Language) -> dict[str, Any]:
    """The whole answer, with what it rests on in words."""
    built: dict[str, Any] = msgspec.to_builtins(answer)
    untold = answer.cannot_tell or answer.turned_untold
    return {
        "run": run.run_id,
        **built,
        "why_not": None if untold is None else why(untold, spoken),
        "assumptions": assumptions(spoken, answer.told, answer.turned),
    }


# ---------------------------------------------------------------- for people


def _text(answer: DiscountsAnswer, document: Document, spoken: Language) -> str:
    words = _Words(document, spoken)
    lines = []
    if answer.cannot_tell is not None:
        lines.append(why(answer.cannot_tell, spoken))
    if answer.told is not None:
        lines += words.told(answer.told)
    if answer.turned_untold is not None:
        lines += ["", why(answer.turned_untold, spoken)]
    if answer.turned is not None:
        lines += ["", *words.turned(answer.turned)]
    return "\n".join([*lines, "", *assumptions(spoken, answer.told, answer.turned)])


class _Words:
    """Figures as people read them: the answer, and the interval of 80 % behind it."""

    def __init__(self, document: Document, spoken: Language) -> None:
        self._currency = document.sale_currency
        self._spoken = spoken

    def told(self, told: Discounts) -> list[str]:
        split, units = told.split, told.units
        lines = [
            _("%(since)s to %(until)s, %(customers)s customers, %(measured)s products looked at one by one")
            % {
                "since": told.since,
                "until": told.until,
                "customers": self._number(told.customers),
                "measured": self._number(told.measured),
            },
            self._line(_("Discounts given (TTC)"), self._money(told.given_minor)),
            self._line(_("  of which nothing can be told (TTC)"), self._money(told.given_untold_minor)),
            self._line(_("  on what would have been bought anyway (TTC)"), self._amount(split.bought_anyway)),
            self._line(_("  on what was bought earlier (TTC)"), self._amount(split.pulled_forward)),
            self._line(_("  on what was bought instead (TTC)"), self._amount(split.taken_from_others)),
            self._line(_("  on what is really new (TTC)"), self._amount(split.new)),
            self._line(_("Units sold at a discount"), self._number(units.sold_discounted)),
            self._line(_("  brought by the discount"), self._figure(units.extra)),
            self._line(_("  less other weeks and products"), self._figure(units.net)),
            self._line(_("Elasticity"), self._figure(told.elasticity, 2)),
        ]
        if told.margin is not None:
            lines.append(self._line(_("Margin (HT), changed by"), self._amount(told.margin.change_ht)))
        lines.append(_("Depth: units more than without the discount"))
        lines += [
            self._line(
                f"  {one.from_percent}-{one.below_percent} %", f"+{self._figure(one.sums.lift_percent, 1)} %"
            )
            for one in told.by_depth
        ]
        return lines

    def turned(self, turned: Turned) -> list[str]:
        lines = [
            _("With %(share)s %% of discounts turned into points (%(currency)s):")
            % {"share": turned.turning.share_percent, "currency": turned.currency},
            self._line(_("  Given at once (TTC)"), self._amount(turned.given_now)),
            self._line(_("  Points given, at face value (TTC)"), self._money(turned.issued_minor)),
            self._line(_("  Cost of points, later (TTC)"), self._amount(turned.cost_later)),
            self._line(_("  Liability at the end (TTC)"), self._amount(turned.liability)),
            self._line(_("  Units lost"), self._figure(turned.units_lost)),
            self._line(_("  Sales (TTC), changed by"), self._amount(turned.sales_change)),
        ]
        if turned.margin is not None:
            lines.append(self._line(_("  Margin (HT), changed by"), self._amount(turned.margin.change_ht)))
        figures = {"winners": self._number(turned.winners), "losers": self._number(turned.losers)}
        lines.append(_("  Customers who win: %(winners)s, who lose: %(losers)s") % figures)
        return lines

    @staticmethod
    def _line(label: str, value: str) -> str:
        return f"{label:<60}{value}"

    def _number(self, value: float, digits: int = 0) -> str:
        return number(round(value * 10**digits), self._spoken, digits)

    def _figure(self, one: Estimate, digits: int = 0) -> str:
        value, low, high = (self._number(at, digits) for at in (one.value, one.low_80, one.high_80))
        return f"{value} [{low} … {high}]"

    def _money(self, minor: float) -> str:
        return money(round(minor), self._currency, self._spoken)

    def _amount(self, one: Estimate) -> str:
        return f"{self._money(one.value)} [{self._money(one.low_80)} … {self._money(one.high_80)}]"
