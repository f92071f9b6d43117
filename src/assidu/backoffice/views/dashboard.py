"""How is the programme doing? Figures that lead to the people behind them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assidu.backoffice import formats
from assidu.backoffice.access import allowed, signed_in
from assidu.backoffice.bridged import Bridged, bridged
from assidu.backoffice.charts import Chart, Series
from assidu.backoffice.heads import members_of
from assidu.backoffice.left_out import LeftOut, left_out
from assidu.backoffice.periods import Period, period_in
from assidu.backoffice.programme import Programme, programme_at
from assidu.backoffice.steps import Step
from assidu.foundation.people.types import Person
from assidu.loyalty.queries import head_count
from assidu.measurement import queries
from assidu.measurement.kpis import kpis
from assidu.measurement.types import Attention, CurrencyFigures, Dashboard, Kpis, MonthFigures
from assidu.plans.diff import diff
from assidu.plans.wording import change

CHANGES_SHOWN = 4
RULES_SHOWN = 8
JUST_BEGUN_DAYS = 7
"""In the first days of a month every curve falls at its end: that this is the calendar's doing is said."""
CENTS_UNTIL_MINOR = 10_000
"""Below, what units are worth is told to the cent."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One card: the arguments of the `stat` tag."""

    label: str
    figure: str
    note: str = ""
    icon: str = ""
    address: str = ""
    trend: Sequence[float] = ()
    change: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A line with a bar: a status and its members, a rule and what it gave."""

    label: str
    shown: str
    note: str
    value: int
    whole: int
    address: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class ToDo:
    icon: str
    tone: str
    kind: str
    text: str
    address: str
    action: str


@allowed("dashboard.view")
def dashboard(request: HttpRequest) -> HttpResponse:
    programme = programme_at(request)
    if programme is None:
        return render(request, "backoffice/dashboard_empty.html", {"why": "programme"})
    if queries.first_day() is None:
        may_make_keys = signed_in(request).may("keys.manage")
        context = {"why": "events", "programme": programme, "may_make_keys": may_make_keys}
        return render(request, "backoffice/dashboard_empty.html", context)
    period = period_in(request.GET, programme.today)
    found = kpis(programme.plan, programme.document.sale_currency.code, period, programme.today)
    found = replace(found, now=_since_it_began(found.now))
    figures = found.now
    shown = _Shown(programme, period, found, signed_in(request).may("customers.view"))
    attention = queries.attention(period.since, programme.today)
    todos = _todos(attention, period, signed_in(request))
    context = {
        "programme": programme,
        "period": period,
        "figures": figures,
        "stats": shown.stats(),
        "sales": shown.sales(),
        "points": shown.points(),
        "outstanding": shown.outstanding(),
        "tiers": shown.tiers(),
        "members": _members(signed_in(request)),
        "rules": shown.rules(),
        "todos": todos,
        "left_out": _left_out(programme, signed_in(request)),
        "changes": _changes(programme),
        "has_invented": found.has_invented,
        "programme_page": _page("programme", signed_in(request), "plan.view"),
        "owed_address": _page("studio-owed", signed_in(request), "economics.view"),
        "bridged": shown.bridged() if signed_in(request).may("economics.view") else None,
        "is_over": shown.is_over,
        "is_last_month_open": not shown.ends_with_a_month,
        "has_month_just_begun": not shown.ends_with_a_month and period.until.day <= JUST_BEGUN_DAYS,
        "days_of_month": period.until.day,
        "is_quiet": figures.card_rate is None,
        "has_sold": queries.has_sold(),
        "may_make_keys": signed_in(request).may("keys.manage"),
    }  # fmt: skip
    return render(request, "backoffice/dashboard.html", context)


def _since_it_began(figures: Dashboard) -> Dashboard:
    """Charts begin with the programme: months before anything was recorded would be drawn as nothing done."""
    first = queries.first_day()
    assert first is not None, "a dashboard of something"
    months = tuple(one for one in figures.months if one.month >= first.replace(day=1))
    return replace(figures, months=months) if months else figures


@dataclass(frozen=True)
class _Shown:
    """The figures of a period as cards, charts and lines."""

    programme: Programme
    period: Period
    found: Kpis
    may_see_people: bool

    @property
    def now(self) -> Dashboard:
        return self.found.now

    @property
    def before(self) -> Dashboard | None:
        return self.found.before

    @property
    def is_over(self) -> bool:
        """Lists tell the members of today, and these figures then are of others."""
        return self.period.until < self.programme.today

    def people(self, **filters: str) -> str:
        """The customers behind a figure; nothing for those who may not look at customers."""
        return f"{reverse('customers')}?{urlencode(filters)}" if self.may_see_people else ""

    def moved(self, kind: str) -> str:
        return self.people(moved=kind, **self._days("from", "to"))

    def _days(self, since: str, until: str) -> dict[str, str]:
        return {since: self.period.since.isoformat(), until: self.period.until.isoformat()}

    def trend(self, value: Callable[[MonthFigures], float]) -> list[float]:
        """By whole month: one that has just begun would seem to fall."""
        months = [month for month in self.now.months if self._is_whole(month)]
        return [value(month) for month in (months if len(months) > 1 else self.now.months)]

    @property
    def ends_with_a_month(self) -> bool:
        """Whether the last month is whole."""
        return bool(self.now.months) and self._is_whole(self.now.months[-1])

    def _is_whole(self, month: MonthFigures) -> bool:
        end = (month.month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        return month.month >= self.period.since and end <= self.period.until

    def points_figures(self, of: Dashboard | None) -> CurrencyFigures:
        found = of.currency(self.programme.points) if of else None
        return found or CurrencyFigures(self.programme.points, 0, 0, 0, 0, 0)

    def stats(self) -> list[Figure]:
        now, points = self.now, self.points_figures(self.now)
        before = self.points_figures(self.before)
        name = self.programme.currency_name(points.currency)
        quantity = self.programme.quantity
        return [
            Figure(
                _("Members at the end") if self.is_over else _("Members"), formats.number(now.members),
                ngettext("%(n)s joined", "%(n)s joined", now.joined) % {"n": formats.number(now.joined)},
                "users", "" if self.is_over else self.people(membership="member", sort="joined"),
                [m.members for m in self.now.months],
            ),
            Figure(
                _("Active members"), formats.number(now.active),
                _("%(share)s bought in the period") % {"share": _share(now.active, now.members)},
                "user-check",
                "" if self.is_over else self.people(
                    membership="member", **self._days("bought_from", "bought_to"), sort="last_purchase"
                ),
                self.trend(lambda m: m.active), *self._change(now.active, self.before.active if self.before else None),
            ),
            Figure(
                _("Sales with a card"), formats.money(now.carded_minor, cents=False),
                _("no sale") if now.card_rate is None
                else _("card rate %(rate)s") % {"rate": formats.percent(now.card_rate)},
                "shopping-basket", self.people(**self._days("bought_from", "bought_to"), sort="purchases"),
                self.trend(lambda m: m.carded_minor),
                *self._change(now.carded_minor, self.before.carded_minor if self.before else None),
            ),
            Figure(
                _("Given, at face value"), "–" if now.generosity is None else formats.percent(now.generosity, 2),
                (
                    _("%(cost)s given, without a sale with a card") if now.generosity is None
                    else _("%(cost)s given, of sales with a card")
                ) % {"cost": formats.money(now.generosity_minor, cents=False)},
                "percent", self.moved("issued"), self.trend(_generosity),
                *self._points_change(),
            ),
            Figure(
                _("%(units)s given") % {"units": _title(name)}, quantity(points.issued, points.currency),
                _("worth %(amount)s") % {"amount": _worth(points.worth_minor)},
                "sparkles", self.moved("issued"), self.trend(lambda m: m.points_issued),
                *self._change(points.issued, before.issued if self.before else None),
            ),
            Figure(
                _("%(units)s used") % {"units": _title(name)}, quantity(points.used, points.currency),
                _("%(share)s of those given") % {"share": _share(points.used, points.issued)},
                "gift", self.moved("used"), self.trend(lambda m: m.points_used),
                *self._change(points.used, before.used if self.before else None),
            ),
            Figure(
                _("%(units)s expired or lost") % {"units": _title(name)}, quantity(points.expired, points.currency),
                _("%(share)s of those given") % {"share": _share(points.expired, points.issued)},
                "hourglass", self.moved("expired"), self.trend(lambda m: m.points_expired),
                *self._change(points.expired, before.expired if self.before else None, neutral=True),
            ),
            Figure(
                _("%(units)s outstanding") % {"units": _title(name)},
                quantity(points.outstanding, points.currency), self._outstanding_note(points),
                "wallet", self.people(balance_min="1", sort="balance"),
                [m.points_outstanding for m in self.now.months],
            ),
        ]  # fmt: skip

    def _outstanding_note(self, points: CurrencyFigures) -> str:
        worth = _worth(points.outstanding_worth_minor)
        if self.found.points_expiring is None:
            return _("%(amount)s at face value") % {"amount": worth}
        share = _share(self.found.points_expiring, points.outstanding)
        return _("%(amount)s at face value; %(share)s expire within 30 days") % {
            "amount": worth,
            "share": share,
        }

    def _change(self, now: int, before: int | None, *, neutral: bool = False) -> tuple[str, str]:
        if not before:
            return "", ""
        ratio = (now - before) / before
        sign = "+" if ratio >= 0 else "−"
        tone = "" if neutral or abs(ratio) < 0.001 else "good" if ratio > 0 else "bad"
        return sign + formats.percent(abs(ratio)), tone

    def _points_change(self) -> tuple[str, str]:
        """How much a rate moved, in percentage points."""
        if self.before is None or self.before.generosity is None or self.now.generosity is None:
            return "", ""
        moved = (self.now.generosity - self.before.generosity) * 100
        sign = "+" if moved >= 0 else "−"
        return _("%(points)s pt") % {"points": sign + formats.number(abs(moved), 2)}, ""

    def labels(self) -> list[str]:
        return [formats.month(month.month, short=True) for month in self.now.months]

    def sales(self) -> Chart:
        return Chart(
            id="sales-chart",
            title=_("Sales, with and without a card"),
            labels=self.labels(),
            series=[
                Series(_("With a card"), [m.carded_minor / 100 for m in self.now.months], stack="sales"),
                Series(
                    _("Without"), [m.anonymous_minor / 100 for m in self.now.months], tone=4, stack="sales"
                ),
            ],
            show=lambda value: formats.money(round(value * 100), cents=False),
            kind="bar",
            style="currency",
            first_column=_("Month"),
        )

    def points(self) -> Chart:
        return Chart(
            id="points-chart",
            title=_("%(units)s given, used, expired or lost") % {"units": _title(self._points_name)},
            labels=self.labels(),
            series=[
                Series(_("Given"), [m.points_issued for m in self.now.months], has_area=True),
                Series(_("Used"), [m.points_used for m in self.now.months], tone=3),
                Series(
                    _("Expired or lost"), [m.points_expired for m in self.now.months], tone=2, is_dashed=True
                ),
            ],
            show=lambda value: self.programme.quantity(round(value), self.programme.points),
            minimum=0,
            first_column=_("Month"),
        )

    def outstanding(self) -> Chart:
        return Chart(
            id="outstanding-chart",
            title=_("%(units)s held by members") % {"units": _title(self._points_name)},
            labels=self.labels(),
            series=[Series(_title(self._points_name), [m.points_outstanding for m in self.now.months], has_area=True)],
            show=lambda value: self.programme.quantity(round(value), self.programme.points),
            minimum=0,
            first_column=_("Month"),
        )  # fmt: skip

    def bridged(self) -> Bridged | None:
        """What the face value that is outstanding is expected to cost."""
        points = self.points_figures(self.now)
        return bridged(self.programme, points.currency, points.outstanding, self.period.until)

    @property
    def _points_name(self) -> str:
        return self.programme.currency_name(self.programme.points)

    def tiers(self) -> list[Share]:
        """Every status of the programme, the highest first, also one that nobody holds."""
        found = {count.tier: count.members for count in self.now.tiers}
        whole = sum(found.values())
        ranked = [*reversed(self.programme.tiers), *sorted(found.keys() - set(self.programme.tiers))]
        return [
            Share(
                self.programme.tier_name(tier) or _("No status"),
                formats.number(found.get(tier, 0)),
                _share(found.get(tier, 0), whole),
                found.get(tier, 0),
                whole,
                self.people(tier=tier, membership="member") if tier else "",
                self.programme.tier_tone(tier),
            )
            for tier in ranked
        ]

    def rules(self) -> list[Share]:
        most: dict[str, int] = {}  # bars compare what is counted in the same units
        for rule in self.now.rules:
            most[rule.currency] = max(most.get(rule.currency, 0), rule.quantity)
        return [
            Share(
                self.programme.rule_name(rule.rule),
                self.programme.units(rule.quantity, rule.currency),
                ngettext("%(n)s time", "%(n)s times", rule.times) % {"n": formats.number(rule.times)},
                rule.quantity,
                most[rule.currency],
                self.people(rule=rule.rule, **self._days("from", "to")),
            )
            for rule in self.now.rules[:RULES_SHOWN]
        ]


def _generosity(month: MonthFigures) -> float:
    return month.generosity_minor / month.carded_minor if month.carded_minor else 0


def _worth(minor: int) -> str:
    """145 points are worth 1,45 €, and not 1 €."""
    return formats.money(minor, cents=abs(minor) < CENTS_UNTIL_MINOR)


def _share(part: int, whole: int) -> str:
    return formats.percent(part / whole if whole else 0, 0)


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]


def _todos(attention: Attention, period: Period, person: Person) -> list[ToDo]:
    """What is to be looked at; the way there only for who may go."""
    found = []
    if attention.late_ticks:
        text = ngettext(
            "%(n)s member has an expiry or a status that was due before today and is not written yet.",
            "%(n)s members have an expiry or a status that was due before today and is not written yet.",
            attention.late_ticks,
        ) % {"n": formats.number(attention.late_ticks)}
        found.append(
            ToDo("calendar-clock", "warn", _("Due"), text, _page("system", person, "system.view"), _("Look"))
        )
    if attention.rejects:
        text = ngettext(
            "%(n)s record was set aside since the start of the period, with its reason.",
            "%(n)s records were set aside since the start of the period, each with its reason.",
            attention.rejects,
        ) % {"n": formats.number(attention.rejects)}
        address = _page("rejects", person, "sources.view")
        found.append(
            ToDo(
                "inbox",
                "bad",
                _("Set aside"),
                text,
                f"{address}?{period.address}" if address else "",
                _("See why"),
            )
        )
    if attention.duplicates:
        text = ngettext(
            "%(n)s pair of customers shares a telephone or an e-mail: perhaps one person.",
            "%(n)s pairs of customers share a telephone or an e-mail: perhaps one person each.",
            attention.duplicates,
        ) % {"n": formats.number(attention.duplicates)}
        address = _page("customers", person, "customers.view")
        found.append(
            ToDo(
                "merge", "info", _("Duplicates"), text, address and f"{address}?duplicates=open", _("Compare")
            )
        )
    return found


def _members(person: Person) -> list[Step]:
    """Who they are, where accounts are among them; for whoever may go and look."""
    found = members_of(head_count()) if person.may("customers.view") else []
    return found if len(found) > 1 else []


def _left_out(programme: Programme, person: Person) -> LeftOut | None:
    """Of the version in force, for whoever may look at fairness."""
    if not person.may("simulate.run"):
        return None
    return left_out(programme.document)


def _page(name: str, person: Person, permission: str) -> str:
    """The page's address, or nothing where there is none for this person."""
    if not person.may(permission):
        return ""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _changes(programme: Programme) -> list[dict[str, Any]]:
    """The latest versions and what each changed, the newest first."""
    told = []
    versions = programme.versions
    for index in range(len(versions) - 1, max(len(versions) - 4, -1), -1):
        version = versions[index]
        sentences: list[str] = []
        if index:
            before = versions[index - 1].document
            sentences = [
                change(one, before, version.document, programme.language)
                for one in diff(before, version.document)
                if one.field != "valid_from"
            ]
        told.append(
            {
                "version": version.version,
                "valid_from": version.document.valid_from,
                "is_to_come": version.valid_from > programme.now,
                "note": version.note,
                "sentences": sentences[:CHANGES_SHOWN],
                "more": max(len(sentences) - CHANGES_SHOWN, 0),
            }
        )
    return told
