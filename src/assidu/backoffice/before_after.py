"""What a simulation answers, as pages show it: what it is compared with, what was tried, and the difference."""

from collections.abc import Callable, Sequence
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
from assidu.simulation.findings import BeforeAfter, CustomerSimulated, Findings, RuleSimulated
from assidu.simulation.side_by_side import FLOWS, MainFigure, main_figures
from assidu.simulation.types import Cause

CAUSES: dict[Cause, tuple[str | Promise, str | Promise]] = {
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
    Cause.CALENDAR: (
        gettext_lazy("A birthday or an anniversary"),
        gettext_lazy("of birth or of joining: nobody told it then, since no rule asked for it yet"),
    ),
    Cause.UNEXPLAINED: (gettext_lazy("Unexplained"), gettext_lazy("a mistake of ours: please report it")),
}


def cause_named(code: str) -> str:
    """Why an event came out differently, in two words."""
    return str(CAUSES[Cause(code)][0])


FLOW_NAMES: dict[str, str | Promise] = {
    "issued": gettext_lazy("Issued"),
    "used": gettext_lazy("Used"),
    "expired": gettext_lazy("Expired, or lost by leaving"),
    "outstanding": gettext_lazy("Outstanding"),
}


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
    """What was found, next to the document that was tried."""

    found: Findings
    programme: Programme
    document: Document
    may_see_people: bool

    @property
    def before_word(self) -> str:
        """The head of the columns with what it is compared with."""
        if self.found.against is None:
            return _("Actual")
        return _("Version %(version)s") % {"version": self.found.against}

    @property
    def days(self) -> int:
        """How long what was replayed lasted; 0 where nothing was recorded."""
        since, until = self.found.since, self.found.until
        return 0 if since is None or until is None else (until - since).days + 1

    @property
    def after_word(self) -> str:
        return _("Tried")

    @property
    def cost(self) -> Compared:
        return self._money(_("Cost: units at face value, and what offers take off"), self.found.cost_minor)

    @property
    def share(self) -> Compared:
        """The cost as a part of carded sales."""
        share = self.found.cost_share
        return Compared(
            _("Share of carded sales"),
            formats.percent(share.before, 2),
            formats.percent(share.after, 2),
            _("%(points)s pt") % {"points": _signed(share.change * 100, lambda v: formats.number(v, 2))},
            _tone(round(share.change, 6)),
        )

    @property
    def outstanding(self) -> Compared:
        return self._money(_("Outstanding at the end"), self.found.outstanding_minor)

    def _money(self, label: str, of: BeforeAfter) -> Compared:
        code = self.found.money
        return Compared(
            label,
            formats.money(of.before, code, cents=False),
            formats.money(of.after, code, cents=False),
            _signed(of.change, lambda v: formats.money(int(v), code, cents=False)),
            _tone(of.change),
        )

    @property
    def currencies(self) -> list[CurrencyCompared]:
        return [
            CurrencyCompared(
                _capital(self._currency_name(one.currency)),
                tuple(_units(str(FLOW_NAMES[name]), getattr(one, name)) for name in FLOWS),
            )
            for one in self.found.currencies
        ]

    @property
    def figures(self) -> list[Compared]:
        """The main ones, by names that tell them apart, for runs laid side by side."""
        return [self._figure(one) for one in main_figures(self.found)]

    def _figure(self, one: MainFigure) -> Compared:
        match one.figure:
            case "cost_minor":
                return self.cost
            case "cost_share":
                return self.share
            case "outstanding_minor":
                return self.outstanding
            case "winner_count":
                return Compared(_("Customers who get more"), "", formats.number(one.after), "")
            case "loser_count":
                return Compared(_("Customers who get less"), "", formats.number(one.after), "")
            case flow:
                assert one.currency is not None, "what flows is units of a currency"
                name = _capital(self._currency_name(one.currency))
                label = f"{name} · {str(FLOW_NAMES[flow]).lower()}"
                return _units(label, BeforeAfter.of(int(one.before or 0), int(one.after)))

    @property
    def tiers(self) -> list[Compared]:
        phrases = phrases_of(self.document, language())
        return [
            _units(
                phrases.level_name(one.tier)
                if one.tier in phrases.levels
                else self.programme.tier_name(one.tier),
                one.members,
            )
            for one in self.found.tiers
        ]

    @property
    def rules(self) -> list[Compared]:
        return [self._rule(one) for one in self.found.rules]

    def _rule(self, one: RuleSimulated) -> Compared:
        rule = self.document.rule(one.rule) or self.document.offer(one.rule)
        name = text_in(rule.name, language()) if rule is not None else self.programme.rule_name(one.rule)
        note = _("no longer among the rules")
        if one.is_tried:
            note = _("%(before)s then %(after)s times") % {
                "before": formats.number(one.times.before),
                "after": formats.number(one.times.after),
            }
        if one.off_minor.before or one.off_minor.after:
            return replace(self._money(name, one.off_minor), note=note)
        currency = self._given_in(one.rule)
        if currency:
            note = f"{_capital(self._currency_name(currency))} · {note}"
        return replace(_units(name, one.units), note=note)

    def _given_in(self, code: str) -> str:
        """The units that a rule or an offer gives, as either document says it."""
        for document in (self.document, self.programme.document):
            rule, offer = document.rule(code), document.offer(code)
            if rule is not None:
                return rule.currency
            if offer is not None and (given := offer.effect.points or offer.effect.voucher):
                return given.currency
        return ""

    @property
    def draws(self) -> list[DrawShown]:
        """Draws among the entries that there would have been; those of the past are their own pages."""
        phrases = phrases_of(self.document, language())
        names = {draw.code: draw.name for draw in self.document.draws}
        return [
            DrawShown(
                phrases.text(names[one.draw]),
                formats.number(one.members),
                formats.number(one.entries),
                formats.number(one.prizes),
                formats.money(one.cost_minor, self.found.money),
            )
            for one in self.found.draws
        ]

    @property
    def deciles(self) -> Chart:
        deciles = self.found.deciles
        code = self.found.money
        return Chart(
            id="deciles",
            title=_("What each tenth of the customers gets, the smallest spenders first"),
            labels=[str(one.decile) for one in deciles],
            series=[
                Series(self.before_word, [one.given_minor.before / 100 for one in deciles], tone=4),
                Series(self.after_word, [one.given_minor.after / 100 for one in deciles], tone=1),
            ],
            show=lambda value: formats.money(round(value * 100), code, cents=False),
            kind="bar",
            style="currency",
            first_column=_("Tenth"),
            height="low",
        )

    @property
    def decile_rows(self) -> list[tuple[str, ...]]:
        code = self.found.money

        def money(minor: int) -> str:
            return formats.money(minor, code, cents=False)

        return [
            (
                str(one.decile),
                formats.number(one.customers),
                money(one.spend_minor),
                money(one.given_minor.before),
                money(one.given_minor.after),
                formats.number(one.winners),
                formats.number(one.losers),
                formats.number(one.unchanged),
            )
            for one in self.found.deciles
        ]

    @property
    def winners(self) -> list[Person]:
        return self._people(self.found.winners)

    @property
    def losers(self) -> list[Person]:
        return self._people(self.found.losers)

    def _people(self, people: Sequence[CustomerSimulated]) -> list[Person]:
        names = names_of([one.customer_id for one in people]) if self.may_see_people else {}
        code = self.found.money

        def money(minor: float) -> str:
            return formats.money(int(minor), code)

        return [
            Person(
                names.get(one.customer_id) or _("customer %(id)s") % {"id": str(one.customer_id)[-8:]},
                reverse("customer", args=[one.customer_id]) if self.may_see_people else "",
                formats.money(one.spend_minor, code, cents=False),
                money(one.given_minor.before),
                money(one.given_minor.after),
                _signed(one.given_minor.change, money),
            )
            for one in people
        ]

    @property
    def causes(self) -> list[tuple[str, str, str, bool]]:
        """Name, what it means, how many, and whether it is the one that must be none."""
        return [
            (
                str(CAUSES[one.cause][0]),
                str(CAUSES[one.cause][1]),
                formats.number(one.events),
                one.cause is Cause.UNEXPLAINED,
            )
            for one in self.found.causes
        ]

    def _currency_name(self, code: str) -> str:
        if self.document.currency(code) is not None:
            return phrases_of(self.document, language()).currency_name(code)
        return self.programme.currency_name(code)


def _units(label: str, of: BeforeAfter) -> Compared:
    change = formats.signed(of.change) if of.change else "="
    return Compared(label, formats.number(of.before), formats.number(of.after), change, _tone(of.change))


def _signed(value: float, show: Callable[[float], str]) -> str:
    if value == 0:
        return "="
    return ("+" if value > 0 else "−") + show(abs(value))


def _tone(change: float) -> str:
    return "more" if change > 0 else "less" if change < 0 else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
