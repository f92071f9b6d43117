"""Files of stores, products, prices, rates, promotions, customers and accounts: written set by set, what comes last
under a code counts."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from django.db import transaction

from assidu.catalogue.actions import put_products, put_stores
from assidu.catalogue.costs import put_costs, put_margins
from assidu.catalogue.prices import put_prices
from assidu.catalogue.promotions import put_promotions
from assidu.catalogue.rates import ToldRate, is_money, put_rates
from assidu.catalogue.told import promotion_told
from assidu.catalogue.types import Cost, Department, Margin, Price, Product, Store
from assidu.connectors.files.mapping import Target, columns_of
from assidu.connectors.files.reading import read_records
from assidu.connectors.imports.accounts import SOURCE, belonging_from, take_belonging
from assidu.connectors.imports.types import Pair, Report, SetAside, Watch
from assidu.customers.actions import RECORDS_MAX, write_profiles
from assidu.customers.identifiers import normalise
from assidu.customers.queries import merged_away
from assidu.customers.types import Identifier, IdentifierKind, Profile, ProfileRecord
from assidu.decisions.events import LineKind
from assidu.decisions.money import Rate

AMOUNT_MINOR_MAX = 10**12
"""Above any price, below what the database can hold."""
Row = tuple[int, dict[str, Any]]
Write = Callable[[list[Row], Pair, datetime, Report], list[SetAside]]


def take_records(
    pair: Pair, at: datetime, report: Report, watch: Watch, *, programme: str, is_dry_run: bool
) -> list[SetAside]:
    """Write what one file says; answers what was set aside. ``programme`` is whose accounts people enter."""
    aside: list[SetAside] = []
    write = _writer(pair.mapping.target, programme)
    done = 0
    for batch in read_records(pair.file, pair.mapping):
        aside += [SetAside(pair.file.name, fault.row, fault.code, fault.detail) for fault in batch.faults]
        report.rows += batch.rows
        report.not_meant += batch.not_meant
        for rows in _cut(batch.records):
            if not is_dry_run:
                aside += write(rows, pair, at, report)
            done += len(rows)
            watch(pair.mapping.name, done, done)
        report.records[pair.mapping.target.value] += len(batch.records)
    return aside


def _cut(rows: list[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(rows), RECORDS_MAX):
        yield rows[start : start + RECORDS_MAX]


def _stores(rows: list[Row], pair: Pair, at: datetime, report: Report) -> list[SetAside]:  # noqa: ARG001
    built, aside = _built(rows, pair, report, _store)
    put_stores(store for _, store in built)
    return aside


def _products(rows: list[Row], pair: Pair, at: datetime, report: Report) -> list[SetAside]:  # noqa: ARG001
    built, aside = _built(rows, pair, report, _product)
    departments = {product.department: department for _, (product, department) in built}
    put_products((product for _, (product, _) in built), departments.values())
    return aside


def _prices(rows: list[Row], pair: Pair, at: datetime, report: Report) -> list[SetAside]:  # noqa: ARG001
    built, aside = _built(rows, pair, report, _price)
    put_prices(price for _, price in built)
    return aside


def _rates(rows: list[Row], pair: Pair, at: datetime, report: Report) -> list[SetAside]:
    built, aside = _built(rows, pair, report, _rate)
    put_rates((rate for _, rate in built), at=at, by=f"file:{pair.file.name}")
    return aside


def _promotions() -> Write:
    """Writes one file: the lines of a promotion may stand anywhere in it, and replace what was told before."""
    seen: set[str] = set()

    def write(rows: list[Row], pair: Pair, at: datetime, report: Report) -> list[SetAside]:
        built, aside = _built(rows, pair, report, promotion_told)
        told = [promotion for _, promotion in built]
        with transaction.atomic():
            put_promotions(told, at=at, by=f"file:{pair.file.name}", going_on=seen)
        seen.update(promotion.code for promotion in told)
        return aside

    return write


def _rate(one: Mapping[str, Any]) -> ToldRate:
    day, currency = _day(one["day"]), str(one["currency"]).strip().upper()
    rate = Rate.of(str(one["rate"]).strip().replace(",", "."))
    if day is None or rate is None or not is_money(currency):
        raise ValueError("a rate is of a money and a day")
    return ToldRate(currency, day, rate)


def _price(one: Mapping[str, Any]) -> Price:
    return Price(str(one["sku"]), _first_day(one), _amount(one["price_minor"]))


def _costs(rows: list[Row], pair: Pair, at: datetime, report: Report) -> list[SetAside]:  # noqa: ARG001
    built, aside = _built(rows, pair, report, _cost)
    put_costs(cost for _, cost in built)
    return aside


def _cost(one: Mapping[str, Any]) -> Cost:
    return Cost(str(one["sku"]), _first_day(one), _amount(one["cost_minor"]))


def _amount(told: Any) -> int:
    amount = int(told)
    if not 0 <= amount <= AMOUNT_MINOR_MAX:
        raise ValueError("an amount is not negative, and of the size of amounts")
    return amount


def _margins(rows: list[Row], pair: Pair, at: datetime, report: Report) -> list[SetAside]:  # noqa: ARG001
    built, aside = _built(rows, pair, report, _margin)
    put_margins(margin for _, margin in built)
    return aside


def _margin(one: Mapping[str, Any]) -> Margin:
    margin_bp = int(one["margin_bp"])
    if abs(margin_bp) > 10_000:
        raise ValueError("a margin is a part of the sales")
    return Margin(str(one["department"]), _first_day(one), margin_bp, bool(one.get("invented", False)))


def _first_day(one: Mapping[str, Any]) -> date:
    day = _day(one["day"])
    if day is None:
        raise ValueError("it begins on a day")
    return day


def _customers(rows: list[Row], pair: Pair, at: datetime, report: Report) -> list[SetAside]:
    built, aside = _built(rows, pair, report, _profile)
    built = _without_merged(built)
    records = [ProfileRecord(profile, SOURCE) for _, profile in built]
    for (row, _), written in zip(built, write_profiles(records, at), strict=True):
        if written.customer_id is None:
            code = written.faults.get("card")
            aside.append(SetAside(pair.file.name, row, code.value if code else "no_identifier", "card"))
            report.records[pair.mapping.target.value] -= 1
            continue
        for name, fault in written.faults.items():
            report.fields_left_out[f"{name}: {fault.value}"] += 1
            if pair.mapping.record is not None and (told := pair.mapping.record.values.get(name)) is not None:
                report.columns[name] = ", ".join(sorted(columns_of(told))) or name
    return aside


def _without_merged(built: list[tuple[int, Profile]]) -> list[tuple[int, Profile]]:
    """Who was merged into somebody else is known by that one's profile: an old file does not write over it."""
    cards = {row: normalise(IdentifierKind.CARD, profile.card or "") for row, profile in built}
    gone = merged_away([card for card in cards.values() if isinstance(card, Identifier)])
    return [(row, profile) for row, profile in built if cards[row] not in gone]


def _accounts(rows: list[Row], pair: Pair, at: datetime, report: Report, *, programme: str) -> list[SetAside]:
    built, aside = _built(rows, pair, report, belonging_from)
    for row, belonging in built:
        if code := take_belonging(belonging, at, programme):
            aside.append(SetAside(pair.file.name, row, code, ""))
            report.records[pair.mapping.target.value] -= 1
    return aside


def _store(one: Mapping[str, Any]) -> Store:
    return Store(
        store_id=str(one["code"]),
        name=str(one["name"]),
        opened_on=_day(one.get("opened")),
        is_invented=bool(one.get("invented", False)),
        **_texts(one, "town", "region", "channel"),
    )


def _product(one: Mapping[str, Any]) -> tuple[Product, Department]:
    department = str(one["department"])
    product = Product(
        sku=str(one["sku"]),
        name=str(one["name"]),
        department=department,
        vat_bp=int(one.get("vat_bp", 0)),
        is_invented=bool(one.get("invented", False)),
        kind=LineKind(str(one.get("kind", "product"))).value,
        **_texts(one, "category", "brand"),
    )
    names = _texts(one, "department_name_fr", "department_name_en")
    return product, Department(
        department, names.get("department_name_fr", department), names.get("department_name_en", department)
    )


def _profile(one: Mapping[str, Any]) -> Profile:
    return Profile(
        birth_date=_day(one.get("birth_date")),
        is_invented=bool(one.get("invented", False)),
        **_texts(one, *_PROFILE_TEXTS),
    )


_PROFILE_TEXTS = (
    "card", "title", "first_name", "last_name", "email", "phone", "address", "postcode", "town", "language", "store",
)  # fmt: skip
Built = TypeVar("Built")


def _built(
    rows: list[Row], pair: Pair, report: Report, build: Callable[[Mapping[str, Any]], Built]
) -> tuple[list[tuple[int, Built]], list[SetAside]]:
    """Rows as typed values; one whose fields are not what they should be is set aside."""
    built, aside = [], []
    for row, fields in rows:
        try:
            if any(isinstance(value, str) and "\0" in value for value in fields.values()):
                raise ValueError
            built.append((row, build(fields)))
        except (ValueError, TypeError, KeyError, OverflowError):
            aside.append(
                SetAside(pair.file.name, row, "bad_value", "a field is not of the kind that is asked for")
            )
            report.records[pair.mapping.target.value] -= 1
    return built, aside


def _writer(target: Target, programme: str) -> Write:
    """Those that remember something of a file are made for it."""
    match target:
        case Target.ACCOUNT:
            return partial(_accounts, programme=programme)
        case Target.PROMOTION:
            return _promotions()
        case _:
            return _WRITERS[target]


_WRITERS: Mapping[Target, Write] = {
    Target.STORE: _stores,
    Target.PRODUCT: _products,
    Target.PRICE: _prices,
    Target.RATE: _rates,
    Target.COST: _costs,
    Target.MARGIN: _margins,
    Target.CUSTOMER: _customers,
}


def _texts(one: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: str(one[name]) for name in names if one.get(name) is not None}


def _day(text: object) -> date | None:
    return None if text is None else date.fromisoformat(str(text)[:10])
