"""A ticket as offers see it: the lines they may touch, at the price before any offer, and how far each may go down."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from assidu.decisions.calendar import Period, minute_of, period_key
from assidu.decisions.earning import charged_minor
from assidu.decisions.events import AppliedOffer, Sale, SaleLine
from assidu.decisions.facts import SaleInputs
from assidu.decisions.plan import Lines, Plan
from assidu.decisions.plan.offers import Offer, legal_percents


class OfferTicket:
    """``initial`` is by line of the ticket, 0 where no offer may touch it; ``rooms`` is the most that offers may take
    off it, less where the law says so, which it does of those ``capped``; ``told`` is what the till took off under each
    offer."""

    __slots__ = (
        "_by_brand",
        "_by_department",
        "_by_sku",
        "_capped",
        "_discounted",
        "_open",
        "_plan",
        "_rooms",
        "initial",
        "inputs",
        "paid",
        "periods",
        "sale",
        "told",
        "total_minor",
    )

    def __init__(self, plan: Plan, sale: Sale, inputs: SaleInputs, returned_minor: Mapping[int, int]) -> None:
        out = plan.exclusions
        kinds, departments, skus, brands = out.kinds, out.departments, out.skus, out.brands
        self._plan = plan
        self.sale = sale
        self.inputs = inputs
        self.initial = [0] * len(sale.lines)
        self.paid = self.initial.copy()
        self._rooms: list[int] | None = None
        self._capped: set[int] = set()
        self._discounted: set[int] | None = None
        self.told: dict[str, dict[int, int]] = {}
        self._by_department: dict[str, list[int]] | None = None
        self._by_brand: dict[str, list[int]] | None = None
        self._by_sku: dict[str, list[int]] | None = None
        self._open: list[int] = []
        self.periods: dict[Period, str] = {}
        all_charged = charged_minor(sale)
        for i, line in enumerate(sale.lines):
            before = charged = all_charged[i]
            back = returned_minor.get(i, 0) if returned_minor else 0
            if line.offers:
                before += self._tell(i, line, back)
            if (
                before <= 0
                or line.department in departments
                or line.kind in kinds
                or (skus and line.sku in skus)
                or (brands and line.brand in brands)
            ):
                continue
            if back:
                bought = line.amount_minor
                before, charged = _kept(before, bought, back), _kept(charged, bought, back)
                if before <= 0:
                    continue
            self.initial[i] = before
            self.paid[i] = charged
            self._open.append(i)
        self.total_minor = sum(self.initial)

    def _tell(self, i: int, line: SaleLine, back: int) -> int:
        """Note what the till took off a line under each offer; answers all of it. What came back takes its share of
        every offer with it."""
        off = 0
        for applied in line.offers:
            part = _kept(applied.amount_minor, line.amount_minor, back)
            if part > 0:
                by_line = self.told.setdefault(applied.offer, {})
                by_line[i] = by_line.get(i, 0) + part
            off += applied.amount_minor
        return off

    def period(self, period: Period) -> str:
        """The name of the period that the ticket falls into, worked out once."""
        name = self.periods.get(period)
        if name is None:
            name = self.periods[period] = period_key(period, self.inputs.day)
        return name

    def minute(self) -> int:
        return minute_of(self.sale.at, self._plan.zone)

    # What few tickets need is only worked out where an offer asks for it: how far prices may go down, by line, and
    # which lines a name has.

    @property
    def rooms(self) -> list[int]:
        if self._rooms is None:
            rooms = self._rooms = self.initial.copy()
            caps = self._plan.offers.legal_caps
            percents = legal_percents(caps, self.inputs.day) if caps else {}
            for i in self._open if percents else ():
                line = self.sale.lines[i]
                percent = percents.get(line.department)
                if percent is not None:
                    promoted = line.promoted_minor
                    lawful = (rooms[i] + promoted) * percent // 100 - promoted
                    rooms[i] = min(rooms[i], max(lawful, 0))
                    self._capped.add(i)
        return self._rooms

    @property
    def capped(self) -> Set[int]:
        return self._capped if self.rooms else frozenset()

    @property
    def departments(self) -> Mapping[str, list[int]]:
        if self._by_department is None:
            self._by_department = self._places([line.department for line in self.sale.lines])
        return self._by_department

    @property
    def brands(self) -> Mapping[str, list[int]]:
        if self._by_brand is None:
            self._by_brand = self._places([line.brand for line in self.sale.lines])
        return self._by_brand

    @property
    def skus(self) -> Mapping[str, list[int]]:
        if self._by_sku is None:
            self._by_sku = self._places([line.sku for line in self.sale.lines])
        return self._by_sku

    def _places(self, names: list[str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i in self._open:
            found.setdefault(names[i], []).append(i)
        return found

    def selected(self, lines: Lines | None) -> list[int]:
        """The lines that an offer is about, in the order of the ticket."""
        if lines is None:
            return self._open
        found: list[int] | None = None
        for wanted, name in (
            (lines.skus, "skus"),
            (lines.departments, "departments"),
            (lines.brands, "brands"),
        ):
            if not wanted:
                continue
            known: Mapping[str, list[int]] = getattr(self, name)
            if len(wanted) <= len(known):
                held = [i for name in wanted if name in known for i in known[name]]
            else:
                held = [i for name, places in known.items() if name in wanted for i in places]
            found = held if found is None else [i for i in found if i in held]
            if not found:
                return []
        assert found is not None, "a selection names something"
        found.sort()
        return found

    def touched(self, offer: Offer, selected: list[int]) -> list[int]:
        """Without the lines that another team's promotion already discounted, unless the offer takes them too."""
        if offer.takes_discounted:
            return selected
        if self._discounted is None:
            self._discounted = {i for i, line in enumerate(self.sale.lines) if line.is_discounted}
        if self._discounted.isdisjoint(selected):
            return selected
        return [i for i in selected if i not in self._discounted]


def _kept(amount: int, bought: int, returned: int) -> int:
    """What stays of an amount once a part of the line came back, rounded down."""
    if not returned or bought <= 0:
        return amount
    return amount * max(bought - returned, 0) // bought


def reduced(sale: Sale, off: Sequence[Mapping[str, int]]) -> Sale:
    """The ticket once its offers are taken off; ``off`` is by line, by offer."""
    lines = tuple(
        SaleLine(
            line.sku,
            line.amount_minor - sum(parts.values()),
            line.quantity,
            line.discount_minor,
            line.department,
            line.brand,
            line.vat_bp,
            line.kind,
            tuple([AppliedOffer(offer, amount) for offer, amount in parts.items()]),
            line.promotion,
            line.promotion_minor,
        )
        if parts
        else line
        for line, parts in zip(sale.lines, off, strict=True)
    )
    return replace(sale, lines=lines)
