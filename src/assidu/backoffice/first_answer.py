"""What a simulation knows before its end, as its page shows it: the lines of the results, each with its interval."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from assidu.backoffice import formats
from assidu.backoffice.before_after import Compared, CurrencyCompared, Results
from assidu.backoffice.charts import Chart
from assidu.backoffice.programme import Programme
from assidu.plans.document import Document
from assidu.simulation.estimates import Between
from assidu.simulation.findings import findings
from assidu.simulation.report import report_so_far
from assidu.simulation.types import Changed, Partial

Show = Callable[[int], str]


@dataclass(frozen=True)
class FirstAnswer:
    """Figures for all customers, from those who are decided."""

    partial: Partial
    programme: Programme
    document: Document
    against: int | None = None

    @property
    def results(self) -> Results:
        so_far = findings(report_so_far(self.partial), self.document, self.against)
        return Results(so_far, self.programme, self.document, False)

    @property
    def share(self) -> str:
        """How many of the customers that is."""
        return formats.percent(self.partial.customers / self.partial.of_customers, 0)

    @property
    def sure(self) -> str:
        return formats.percent(self.partial.sure_percent / 100, 0)

    @property
    def sentence(self) -> str:
        """The main figure with its interval, to be read or heard by itself."""
        cost = self.partial.cost_minor
        told = (
            _(
                "First answer, from %(share)s of the customers, chosen by chance. Beside version %(version)s "
                "unchanged, cost would change by about %(change)s (%(sure)s interval: %(low)s to %(high)s)."
            )
            if self.against is not None
            else _(
                "First answer, from %(share)s of the customers, chosen by chance. Beside what really "
                "happened, cost would change by about %(change)s (%(sure)s interval: %(low)s to %(high)s)."
            )
        )
        return told % {
            "share": self.share,
            "version": self.against,
            "change": _signed(cost.change, self._money),
            "sure": self.sure,
            "low": _signed(cost.low, self._money),
            "high": _signed(cost.high, self._money),
        }

    @property
    def cost(self) -> Compared:
        return self._with_interval(self.results.cost, self.partial.cost_minor)

    @property
    def cost_share(self) -> Compared:
        """The cost as a part of carded sales; its interval is that of the cost."""
        spend, cost = self.partial.spend_minor, self.partial.cost_minor
        if not spend:
            return self.results.share
        low, high = (
            _signed(round(minor / spend * 10_000), lambda v: formats.number(v / 100, 2))
            for minor in (cost.low, cost.high)
        )
        return replace(self.results.share, note=_("%(low)s to %(high)s pt") % {"low": low, "high": high})

    @property
    def outstanding(self) -> Compared:
        return self._with_interval(self.results.outstanding, self.partial.outstanding_minor)

    @property
    def people(self) -> str:
        return f"{formats.number(self.partial.winners.value)} / {formats.number(self.partial.losers.value)}"

    @property
    def people_note(self) -> str:
        return f"{_from_to(self.partial.winners)} / {_from_to(self.partial.losers)}"

    @property
    def currencies(self) -> list[CurrencyCompared]:
        """As the results have them, line by line."""
        codes = [c.code for c in self.document.currencies]
        codes += sorted(self.partial.flows.keys() - set(codes))
        found = []
        for code, shown in zip(codes, self.results.currencies, strict=True):
            figures = self.partial.flows.get(code, {})
            lines = [
                _give_or_take(line, figures[name]) if name in figures else line
                for name, line in zip(("issued", "used", "expired", "outstanding"), shown.lines, strict=True)
            ]
            found.append(replace(shown, lines=tuple(lines)))
        return found

    @property
    def tiers(self) -> list[Compared]:
        known = [level.code for level in self.document.tiers.levels] if self.document.tiers else []
        known += sorted(self.partial.tiers.keys() - set(known))
        return [
            _give_or_take(line, self.partial.tiers[code]) if code in self.partial.tiers else line
            for code, line in zip(known, self.results.tiers, strict=True)
        ]

    @property
    def deciles(self) -> Chart:
        return self.results.deciles

    @property
    def decile_rows(self) -> list[tuple[str, ...]]:
        return self.results.decile_rows

    def _money(self, minor: int) -> str:
        return formats.money(minor, self.document.sale_currency.code, cents=False)

    def _with_interval(self, line: Compared, found: Changed) -> Compared:
        low, high = _signed(found.low, self._money), _signed(found.high, self._money)
        return replace(line, note=_("%(low)s to %(high)s") % {"low": low, "high": high})


def _give_or_take(line: Compared, found: Changed) -> Compared:
    """In one line of a table: as high as it will be when the figure is final."""
    half = max(found.high - found.change, found.change - found.low)
    if not half:
        return line
    return replace(line, change=f"{_signed(found.change, formats.compact)} ± {formats.compact(half)}")


def _from_to(found: Between) -> str:
    low, high = formats.number(found.low), formats.number(found.high)
    return low if low == high else f"{low}–{high}"


def _signed(value: int, show: Show) -> str:
    if value == 0:
        return show(0)
    return ("+" if value > 0 else "−") + show(abs(value))
