"""Writes the feed's files: what each system of the retailer would export, column by column."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from assidu.demo.arrays import Flags, Ints
from assidu.demo.calendar import day_of
from assidu.demo.happenings import JsonObject
from assidu.demo.households import account_of
from assidu.demo.membership import Membership
from assidu.demo.people import Person
from assidu.demo.products import UNKNOWN, Catalogue, Product
from assidu.demo.returns import Return
from assidu.demo.rewards import Rewards
from assidu.demo.source import RealLines
from assidu.demo.stores import Store
from assidu.demo.takeover import Opening
from assidu.demo.words import table
from assidu.demo.year import Year

EUROS = pa.decimal128(9, 2)
PERSON_COLUMNS = (
    "member", "card", "title", "first_name", "last_name", "birth_date", "email", "phone", "address", "postcode", "town",
    "language", "store", "channel", "joined_at", "terms_version", "referral_code", "invented",
)  # fmt: skip


def write_stores(path: Path, stores: Iterable[Store]) -> int:
    columns = ("code", "name", "town", "region", "opened", "channel", "invented")
    ordered = sorted(stores, key=lambda store: int(store.code))
    # Real: that the store exists and what it sold. Invented: its name, its town, its opening.
    rows = [(s.code, s.name, s.town, s.region, s.opened, "store", "true") for s in ordered]
    return _write_csv(path, columns, rows)


def write_products(path: Path, catalogue: Catalogue) -> int:
    products = catalogue.products
    names = catalogue.department_names
    table = pa.table(
        {
            "sku": pa.array([str(product.sku) for product in products]),
            "name": pa.array([product.name for product in products]),
            "department": pa.array([product.department for product in products]),
            "department_name_fr": pa.array([names[product.department][0] for product in products]),
            "department_name_en": pa.array([names[product.department][1] for product in products]),
            "category": pa.array([product.category or None for product in products]),
            "brand": pa.array([product.brand for product in products]),
            "vat_bp": pa.array([product.vat_bp for product in products], pa.int32()),
            "kind": pa.array([product.kind for product in products]),
            "invented": pa.array([product.department == UNKNOWN for product in products]),
        }
    )
    _write_parquet(path, table)
    return len(products)


def write_margins(path: Path, start: date) -> int:
    """Invented: what a French grocer's departments usually leave."""
    rows = [(row["code"], start, row["margin_bp"], "true") for row in table("margins")]
    return _write_csv(path, ("department", "day", "margin_bp", "invented"), rows)


def member_numbers(members: Membership) -> dict[str, str]:
    """By card, the CRM's own number of each member: what may stand in the id of an event, which nobody ever erases."""
    return {person.card: f"M{number:06d}" for number, person in enumerate(members.people, start=1)}


def write_people(
    path: Path, people: Iterable[Person], numbers: Mapping[str, str], codes: Mapping[str, str]
) -> int:
    """``codes`` are those of the members who brought them, by the newcomer's card."""
    rows = [
        (
            numbers[one.card], one.card, one.title, one.first_name, one.last_name, one.birth_date, one.email,
            one.phone, one.address, one.postcode, one.town, one.language, one.store, one.join_channel,
            _local(one.joined_s), one.terms_version, codes.get(one.card, ""), "true",
        )
        for one in people
    ]  # fmt: skip
    return _write_csv(path, PERSON_COLUMNS, rows)


def write_accounts(path: Path, members: Membership) -> int:
    """The households that share an account; who enters them, and when, is told with the events of the year."""
    rows = [
        (
            account_of(number),
            "household",
            f"Foyer {members.people[one].last_name}",
            members.people[one].store,
            "true",
        )
        for number, (one, _) in enumerate(members.households, start=1)
    ]
    return _write_csv(path, ("account", "kind", "name", "store", "invented"), rows)


def write_takeover(
    path: Path, control: Path, openings: Sequence[Opening], members: Membership, start: date
) -> int:
    columns = (
        "member", "card", "taken_over_at", "joined_on", "tier", "tier_until", "quantity", "issued_on", "expires_on",
        "invented",
    )  # fmt: skip
    rows: list[tuple[object, ...]] = []
    by_month: dict[str, int] = {}
    by_tier: dict[str, int] = {}
    numbers = member_numbers(members)
    # In the order of their ids, as the mapping promises.
    for opening in sorted(openings, key=lambda one: numbers[members.people[one.holder].card]):
        card = members.people[opening.holder].card
        until = opening.tier_until or ""
        shared = (
            numbers[card],
            card,
            f"{start.isoformat()}T00:00:00",
            opening.joined_on,
            opening.tier,
            until,
        )
        by_tier[opening.tier] = by_tier.get(opening.tier, 0) + 1
        if not opening.lots:
            rows.append((*shared, "", "", "", "true"))
        for lot in opening.lots:
            rows.append((*shared, lot.quantity, lot.issued_on, lot.expires_on, "true"))
            month = lot.issued_on.isoformat()[:7]
            by_month[month] = by_month.get(month, 0) + lot.quantity
    _write_csv(path, columns, rows)
    totals = {
        "members": len(openings),
        "currencies": {
            "points": {"total": sum(by_month.values()), "by_issued_month": dict(sorted(by_month.items()))}
        },
        "tiers": dict(sorted(by_tier.items())),
    }
    write_json(control, totals)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Tickets:
    """All that a till's export says of every ticket."""

    year: Year
    lines: RealLines
    catalogue: Catalogue
    members: Membership
    rewards: Rewards

    def table(self, chosen: Flags) -> pa.Table:
        """The lines of the chosen tickets, one row each, a ticket's lines together."""
        baskets = self.year.baskets
        tickets = np.flatnonzero(chosen)
        counts = baskets.line_count[tickets]
        rows = np.repeat(tickets, counts)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        line = baskets.first_line[rows] + within
        product = self.catalogue.positions(self.lines.product[line])
        holder = self.members.holder[rows]
        products = self.catalogue.products
        kinds = [product.kind if product.kind != "product" else None for product in products]
        return pa.table(
            {
                "store": _numbers_as_text(baskets.store[rows]),
                "date": pa.array(baskets.day[rows].astype(np.int32), pa.int32()).cast(pa.date32()),
                "ticket": _numbers_as_text(baskets.ticket[rows], digits=4),
                "time_local": pa.array(baskets.local_s[rows], pa.int64()).cast(pa.timestamp("s")),
                "card": _looked_up([person.card for person in self.members.people], holder),
                "channel": _looked_up(["store", "web"], baskets.is_web[rows].astype(np.int64)),
                "sku": _numbers_as_text(self.lines.product[line]),
                "quantity": pa.array(self.lines.quantity[line], pa.int32()),
                "measure": _or_null(self.lines.measure[line]),
                "amount_eur": _euros(self.lines.amount_minor[line]),
                "discount_eur": _euros(self.lines.discount_minor[line]),
                "vat_bp": pa.array(np.array([p.vat_bp for p in products])[product], pa.int32()),
                "kind": _looked_up(kinds, product),
                "paid_voucher_5": _or_null(self.rewards.paid_vouchers[rows]),
                "paid_points": _or_null(self.rewards.paid_points[rows]),
                "invented": pa.array(baskets.is_invented[rows]),
            }
        )

    def write(self, path: Path, chosen: Flags) -> int:
        _write_parquet(path, self.table(chosen))
        return int(chosen.sum())

    def write_coded(self, path: Path, chosen: Flags, name_of: Callable[[int], str]) -> int:
        """Tickets for which a code was shown, each with its code: the tills tell them at once, as events."""
        baskets = self.year.baskets
        events: list[JsonObject] = []
        for number, index in enumerate(np.flatnonzero(chosen).tolist(), start=1):
            store, day, ticket = baskets.id_of(index)
            first = int(baskets.first_line[index])
            lines = range(first, first + int(baskets.line_count[index]))
            data: JsonObject = {
                "store": store,
                "channel": "web" if baskets.is_web[index] else "store",
                "ticket": ticket,
                "lines": [self._line(line) for line in lines],
                "codes": [name_of(number)],
            }
            events.append(
                {
                    "specversion": "1.0",
                    "id": f"{store}-{day}-{ticket}",
                    "source": f"till/store-{store}",
                    "type": "Order Completed",
                    "time": self.year.clock.iso(int(baskets.local_s[index])),
                    "subject": f"card:{self.members.people[int(self.members.holder[index])].card}",
                    "data": data,
                }
            )
        write_json_lines(path, events)
        return len(events)

    def write_web_orders(self, path: Path, chosen: Flags) -> int:
        """The same tickets as the web shop knows them: its own number, its own words."""
        baskets = self.year.baskets
        orders: list[JsonObject] = []
        for number, index in enumerate(np.flatnonzero(chosen).tolist(), start=1):
            store, day, ticket = baskets.id_of(index)
            first = int(baskets.first_line[index])
            vouchers = int(self.rewards.paid_vouchers[index])
            points = int(self.rewards.paid_points[index])
            paid = [
                {"currency": "voucher-5", "quantity": vouchers},
                {"currency": "points", "quantity": points},
            ]
            orders.append(
                {
                    "number": f"W{day.replace('-', '')}-{number:05d}",
                    "placed_at": self.year.clock.iso(int(baskets.local_s[index])),
                    "customer": {"card": self.members.people[int(self.members.holder[index])].card},
                    "pickup": {"store": store, "date": day, "ticket": ticket},
                    "items": [
                        self._item(line) for line in range(first, first + int(baskets.line_count[index]))
                    ],
                    "vouchers": [one for one in paid if one["quantity"]],
                    "invented": "copy",
                }
            )
        write_json_lines(path, orders)
        return len(orders)

    def _product(self, line: int) -> Product:
        return self.catalogue.products[int(self.catalogue.positions(self.lines.product[line : line + 1])[0])]

    def _line(self, line: int) -> JsonObject:
        product = self._product(line)
        sold: JsonObject = {
            "sku": str(product.sku),
            "quantity": int(self.lines.quantity[line]),
            "amount_minor": int(self.lines.amount_minor[line]),
            "discount_minor": int(self.lines.discount_minor[line]),
            "vat_bp": product.vat_bp,
        }
        return sold | ({"kind": product.kind} if product.kind != "product" else {})

    def _item(self, line: int) -> JsonObject:
        product = self._product(line)
        item: JsonObject = {
            "sku": str(product.sku),
            "quantity": int(self.lines.quantity[line]),
            "total": _decimal(int(self.lines.amount_minor[line])),
            "discount": _decimal(int(self.lines.discount_minor[line])),
            "vat_bp": product.vat_bp,
        }
        return item | ({"kind": product.kind} if product.kind != "product" else {})


def write_returns(path: Path, returns: Sequence[Return], year: Year, members: Membership) -> int:
    rows: list[JsonObject] = []
    for back in returns:
        store, _, ticket = back.id_parts()
        original_store, original_date, original_ticket = year.baskets.id_of(back.basket)
        shared: JsonObject = {
            "store": store,
            "date": day_of(back.local_s),
            "ticket": ticket,
            "time_local": datetime.fromtimestamp(back.local_s, UTC).replace(tzinfo=None),
            "card": members.people[back.holder].card,
            "original_store": original_store,
            "original_date": date.fromisoformat(original_date),
            "original_ticket": original_ticket,
            "total_eur": back.amount_minor,
            "invented": True,
        }
        if back.is_whole:
            rows.append(shared | {"whole": True})
        rows += [
            shared | {"line": line, "quantity": quantity, "amount_eur": amount}
            for line, quantity, amount in back.lines
        ]

    def column(name: str, kind: pa.DataType) -> pa.Array:
        return pa.array([row.get(name) for row in rows], kind)

    text, number = pa.string(), pa.int32()
    table = pa.table(
        {
            "store": column("store", text),
            "date": column("date", pa.date32()),
            "ticket": column("ticket", text),
            "time_local": column("time_local", pa.timestamp("s")),
            "card": column("card", text),
            "original_store": column("original_store", text),
            "original_date": column("original_date", pa.date32()),
            "original_ticket": column("original_ticket", text),
            "whole": column("whole", pa.bool_()),
            "line": column("line", number),
            "quantity": column("quantity", number),
            "amount_eur": _cents_to_euros(column("amount_eur", pa.int64())),
            "total_eur": _cents_to_euros(column("total_eur", pa.int64())),
            "invented": column("invented", pa.bool_()),
        }
    )
    _write_parquet(path, table)
    return len(returns)


def write_json_lines(path: Path, objects: Iterable[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for one in objects:
            file.write(json.dumps(one, ensure_ascii=False) + "\n")


def write_json(path: Path, value: Mapping[str, object]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return len(rows)


def _write_parquet(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path, compression="zstd", row_group_size=1 << 17)


def _local(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()


def _decimal(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _numbers_as_text(numbers: Ints, digits: int = 0) -> pa.Array:
    known, position = np.unique(numbers, return_inverse=True)
    return _looked_up([f"{number:0{digits}d}" for number in known.tolist()], position)


def _looked_up(values: Sequence[str | None], position: Ints) -> pa.Array:
    """The values at these places as text; below zero is absent."""
    places = pa.array(position, pa.int32(), mask=position < 0)
    return pa.array(values, pa.string()).take(places)


def _or_null(numbers: Ints) -> pa.Array:
    return pa.array(numbers, pa.int32(), mask=numbers == 0)


def _euros(cents: Ints) -> pa.Array:
    """Exact decimals from whole cents: the sixteen bytes of each, low word first."""
    words: NDArray[np.int64] = np.empty((len(cents), 2), dtype="<i8")
    words[:, 0] = cents
    words[:, 1] = np.where(cents < 0, -1, 0)
    return pa.Array.from_buffers(EUROS, len(cents), [None, pa.py_buffer(words.tobytes())])


def _cents_to_euros(cents: pa.Array) -> pa.Array:
    present = np.asarray(cents.is_null()) == 0
    euros = _euros(np.asarray(cents.fill_null(0)))
    return pc.if_else(pa.array(present), euros, pa.scalar(None, EUROS))
