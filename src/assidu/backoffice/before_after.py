"""What a simulation answers, as pages show it: before, after, and the difference, in the reader's words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assidu.backoffice import formats
from assidu.backoffice.charts import Chart, Series
from assidu.backoffice.programme import Programme
from assidu.backoffice.versions import language
from assidu.customers.queries import names_of
from assidu.plans.document import Document
from assidu.plans.wording import text_in
from assidu.plans.wording.phrases import phrases_of
from assidu.simulation.types import Cause, CustomerOutcome, Flow, Report

CAUSES: dict[str, tuple[str | Promise, str | Promise]] = {
    Cause.PLAN: (
        gettext_lazy("The rules"),
        gettext_lazy("other rules applied, then or earlier for this customer"),
    ),
    Cause.CLAIM: (gettext_lazy("A shared place"), gettext_lazy("it went to somebody else this time")),
    Cause.UNFUNDED_BURN: (
        gettext_lazy("Not enough to use"),
        gettext_lazy("a reward or a payment that these rules had not given the points for"),
    ),
    Cause.CORRECTION: (
        gettext_lazy("A correction by staff"),
        gettext_lazy("it took what was no longer there, or what had another date"),
    ),
    Cause.MERGE: (
        gettext_lazy("Two customers made one"),
        gettext_lazy("the one who was merged away brought something else"),
    ),
    Cause.ACCOUNT: (
        gettext_lazy("Somebody entered a household or a company, or left it"),
        gettext_lazy("they brought something else, or took something else along"),
    ),
    Cause.UNEXPLAINED: (gettext_lazy("Unexplained"), gettext_lazy("a mistake of ours: please report it")),
}
FLOWS: tuple[tuple[str, str | Promise], ...] = (
    ("issued", gettext_lazy("Issued")),
    ("used", gettext_lazy("Used")),
    ("expired", gettext_lazy("Expired")),
    ("outstanding", gettext_lazy("Outstanding")),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One line: what it is, before, after, the difference and its sign (``more``, ``less`` or nothing)."""

    label: str
    before: str
    after: str
    change: str
    tone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CurrencyCompared:
    name: str
    lines: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class DrawShown:
    name: str
    members: str
    entries: str
    prizes: str
    cost: str


@dataclass(frozen=True, slots=True)
class Person:
    """One of those who win or lose most."""

    name: str
    address: str
    spend: str
    before: str
    after: str
    change: str


@dataclass(frozen=True)
class Results:
    """A report next to the two documents that it compares."""

    report: Report
    programme: Programme
    document: Document
    may_see_people: bool

    @property
    def cost(self) -> Compared:
        return self._money(
            _("Cost: units at face value, and what offers take off"),
            self.report.recorded_cost_minor,
            self.report.replayed_cost_minor,
        )

    @property
    def share(self) -> Compared:
        """The cost as a part of carded sales."""
        spend = self.report.spend_minor
        before, after = (
            (minor / spend if spend else 0.0)
            for minor in (self.report.recorded_cost_minor, self.report.replayed_cost_minor)
        )
        points = after - before
        return Compared(
            _("Share of carded sales"),
            formats.percent(before, 2),
            formats.percent(after, 2),
            _("%(points)s pt") % {"points": _signed(points * 100, lambda v: formats.number(v, 2))},
            _tone(round(points, 6)),
        )

    @property
    def outstanding(self) -> Compared:
        return self._money(
            _("Outstanding at the end"),
            self.report.recorded_outstanding_minor,
            self.report.replayed_outstanding_minor,
        )

    def _money(self, label: str, before: int, after: int) -> Compared:
        code = self.document.sale_currency.code
        return Compared(
            label,
            formats.money(before, code, cents=False),
            formats.money(after, code, cents=False),
            _signed(after - before, lambda v: formats.money(int(v), code, cents=False)),
            _tone(after - before),
        )

    @property
    def currencies(self) -> list[CurrencyCompared]:
        codes = [c.code for c in self.document.currencies]
        codes += sorted({*self.report.recorded, *self.report.replayed} - set(codes))
        found = []
        for code in codes:
            before = self.report.recorded.get(code, Flow())
            after = self.report.replayed.get(code, Flow())
            lines = tuple(
                _units(str(label), getattr(before, name), getattr(after, name)) for name, label in FLOWS
            )
            found.append(CurrencyCompared(_capital(self._currency_name(code)), lines))
        return found

    @property
    def figures(self) -> list[Compared]:
        """The main ones, by names that tell them apart, for runs laid side by side."""
        found = [self.cost, self.share, self.outstanding]
        for currency in self.currencies:
            found += [
                replace(line, label=f"{currency.name} · {line.label.lower()}") for line in currency.lines
            ]
        for label, count in (
            (_("Customers who get more"), self.report.winner_count),
            (_("Customers who get less"), self.report.loser_count),
        ):
            found.append(Compared(label, "", formats.number(count), ""))
        return found

    @property
    def tiers(self) -> list[Compared]:
        phrases = phrases_of(self.document, language())
        known = [level.code for level in self.document.tiers.levels] if self.document.tiers else []
        known += sorted(self.report.tiers.keys() - set(known))
        return [_units(phrases.level_name(code), *self.report.tiers.get(code, (0, 0))) for code in known]

    @property
    def rules(self) -> list[Compared]:
        """Rules and offers in the order of the document; those that are gone come last."""
        codes = [rule.code for rule in self.document.rules]
        codes += [offer.code for offer in self.document.offers]
        codes += [code for code in self.report.rules if code not in codes]
        return [self._rule(code, self.report.rules.get(code, {})) for code in codes]

    def _rule(self, code: str, figures: Mapping[str, int]) -> Compared:
        rule = self.document.rule(code) or self.document.offer(code)
        name = text_in(rule.name, language()) if rule is not None else self.programme.rule_name(code)
        off = tuple(figures.get(f"{side}_off_minor", 0) for side in ("recorded", "replayed"))
        before, after = figures.get("recorded", 0), figures.get("replayed", 0)
        times = _("%(before)s then %(after)s times") % {
            "before": formats.number(figures.get("recorded_times", 0)),
            "after": formats.number(figures.get("replayed_times", 0)),
        }
        if any(off):
            return replace(
                self._money(name, *off), note=times if rule is not None else _("switched off, or gone")
            )
        return Compared(
            name,
            formats.number(before),
            formats.number(after),
            formats.signed(after - before) if after != before else "=",
            _tone(after - before),
            times if rule is not None else _("switched off, or gone"),
        )

    @property
    def draws(self) -> list[DrawShown]:
        """Draws among the entries that there would have been; those of the past are their own pages."""
        phrases = phrases_of(self.document, language())
        code = self.document.sale_currency.code
        return [
            DrawShown(
                phrases.text(draw.name),
                formats.number(found.members),
                formats.number(found.entries),
                formats.number(found.prizes),
                formats.money(found.cost_minor, code),
            )
            for draw in self.document.draws
            if (found := self.report.draws.get(draw.code)) is not None
        ]

    @property
    def deciles(self) -> Chart:
        deciles = self.report.deciles
        code = self.document.sale_currency.code
        return Chart(
            id="deciles",
            title=_("What each tenth of the customers gets, the smallest spenders first"),
            labels=[str(one.decile) for one in deciles],
            series=[
                Series(_("Before"), [one.recorded_minor / 100 for one in deciles], tone=4),
                Series(_("After"), [one.replayed_minor / 100 for one in deciles], tone=1),
            ],
            show=lambda value: formats.money(round(value * 100), code, cents=False),
            kind="bar",
            style="currency",
            first_column=_("Tenth"),
            height="low",
        )

    @property
    def decile_rows(self) -> list[tuple[str, ...]]:
        code = self.document.sale_currency.code

        def money(minor: int) -> str:
            return formats.money(minor, code, cents=False)

        return [
            (
                str(one.decile),
                formats.number(one.customers),
                money(one.spend_minor),
                money(one.recorded_minor),
                money(one.replayed_minor),
                formats.number(one.winners),
                formats.number(one.losers),
                formats.number(one.customers - one.winners - one.losers),
            )
            for one in self.report.deciles
        ]

    @property
    def winners(self) -> list[Person]:
        return self._people(self.report.winners)

    @property
    def losers(self) -> list[Person]:
        return self._people(self.report.losers)

    def _people(self, outcomes: Sequence[CustomerOutcome]) -> list[Person]:
        names = names_of([one.customer_id for one in outcomes]) if self.may_see_people else {}
        code = self.document.sale_currency.code

        def money(minor: float) -> str:
            return formats.money(int(minor), code)

        return [
            Person(
                names.get(one.customer_id) or _("customer %(id)s") % {"id": str(one.customer_id)[-8:]},
                reverse("customer", args=[one.customer_id]) if self.may_see_people else "",
                formats.money(one.spend_minor, code, cents=False),
                money(one.recorded_minor),
                money(one.replayed_minor),
                _signed(one.replayed_minor - one.recorded_minor, money),
            )
            for one in outcomes
        ]

    @property
    def causes(self) -> list[tuple[str, str, str, bool]]:
        """Name, what it means, how many, and whether it is the one that must be none."""
        counts = {Cause.UNEXPLAINED.value: 0, **self.report.differences}
        order = [cause.value for cause in Cause]
        return [
            (
                str(CAUSES[cause][0]),
                str(CAUSES[cause][1]),
                formats.number(counts[cause]),
                cause == Cause.UNEXPLAINED,
            )
            for cause in sorted(counts, key=order.index)
        ]

    def _currency_name(self, code: str) -> str:
        if self.document.currency(code) is not None:
            return phrases_of(self.document, language()).currency_name(code)
        return self.programme.currency_name(code)


def _units(label: str, before: int, after: int) -> Compared:
    change = formats.signed(after - before) if after != before else "="
    return Compared(label, formats.number(before), formats.number(after), change, _tone(after - before))


def _signed(value: float, show: Callable[[float], str]) -> str:
    if value == 0:
        return "="
    return ("+" if value > 0 else "−") + show(abs(value))


def _tone(change: float) -> str:
    return "more" if change > 0 else "less" if change < 0 else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
