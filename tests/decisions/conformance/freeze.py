"""Writes the vectors anew: ``python -m decisions.conformance.freeze`` in ``tests``.

Only for a release that means to change outcomes and raises ``SEMANTICS_VERSION``, or to add a vocabulary. What is
written is then read by a person: a difference that nobody can explain is a mistake.
"""

import json
import random
from datetime import UTC, datetime, timedelta

from assidu.decisions import SEMANTICS_VERSION, decide
from assidu.decisions.decision import Refused
from assidu.decisions.events import (
    Absorption,
    Correction,
    Event,
    Joining,
    Leaving,
    LineKind,
    Merger,
    OpeningLot,
    Payment,
    Return,
    ReturnedLine,
    RewardRequest,
    Sale,
    SaleLine,
    TakeOver,
)
from assidu.decisions.facts import Facts
from assidu.decisions.plan import ReturnPolicy
from assidu.decisions.state import State
from builders.notebook import Entry, Notebook
from decisions.conformance.vectors import (
    HERE,
    Json,
    plan_of,
    written_answer,
    written_event,
    written_state,
)

FILES = {
    "within-balance": (ReturnPolicy.WITHIN_BALANCE, False),
    "may-go-negative": (ReturnPolicy.MAY_GO_NEGATIVE, True),
    "only-pending": (ReturnPolicy.ONLY_PENDING, False),
}
LIVES, EVENTS = 4, 28


def main() -> None:
    for name, (policy, earns) in FILES.items():
        head: Json = {
            "semantics_version": SEMANTICS_VERSION,
            "plan": "every-kind.yaml",
            "plan_version": 1,
            "return_policy": policy,
            "earns_on_part_paid": earns,
        }
        vectors = []
        for life in range(LIVES):
            chance = random.Random(f"{name} {life}")
            vectors += _live(Notebook(plan_of(head)), chance)
        lines = ",\n".join(json.dumps(vector, ensure_ascii=False) for vector in vectors)
        opening = json.dumps(head)[:-1]
        (HERE / f"{name}.json").write_text(f'{opening}, "vectors": [\n{lines}\n]}}\n', encoding="utf-8")
        print(f"{name}: {len(vectors)} vectors")


def _live(book: Notebook, chance: random.Random) -> list[Json]:
    """A customer's life, each of its events a vector."""
    now = datetime(2026, 1, 14, 10, tzinfo=UTC)
    vectors: list[Json] = []
    stranger: State | None = None
    for number in range(EVENTS):
        now += timedelta(hours=chance.choice([1, 3, 20, 49, 400, 1500]))
        event = Joining(now, "a", "web") if number == 0 else _event(book, chance, now)
        has_happened = chance.random() < 0.3
        absorbed = stranger if isinstance(event, Merger) else None
        if isinstance(event, Merger) and absorbed is None:
            stranger = book.state
            continue
        known = len(book.entries)
        answer = book.tell(event, now=now, has_happened=has_happened, absorbed=absorbed)
        vectors += [_vector(book, entry) for entry in book.entries[known:]]
        if isinstance(answer, Refused):
            sold = book.sold(event.sale_seq) if isinstance(event, Return) else None
            facts = Facts(book.state, sold, absorbed, has_happened=has_happened)
            vectors.append(_refused(book, event, facts))
    facts = Facts(book.state)
    gone = decide(book.plan, facts, Absorption(now))
    vectors.append({**_known(facts), "event": written_event(Absorption(now)), "gives": written_answer(gone)})
    return vectors


def _vector(book: Notebook, entry: Entry) -> Json:
    found = _known(entry.facts)
    if isinstance(entry.event, Return):
        sold = book.entry(entry.event.sale_seq)
        returns = [
            written_answer(other.decision)
            for other in book.entries
            if isinstance(other.event, Return) and other.event.sale_seq == sold.seq and other.seq < entry.seq
        ]
        found["sold"] = {
            "seq": sold.seq,
            "sale": written_event(sold.event),
            **written_answer(sold.decision),
            "returns": returns,
        }
    return {**found, "event": written_event(entry.event), "gives": written_answer(entry.decision)}


def _refused(book: Notebook, event: Event, facts: Facts) -> Json:
    """Refused returns are written without their ticket, which is refusal enough."""
    if facts.sold is not None:
        facts = Facts(facts.state, has_happened=facts.has_happened)
    answer = decide(book.plan, facts, event)
    return {**_known(facts), "event": written_event(event), "gives": written_answer(answer)}


def _known(facts: Facts) -> Json:
    found: Json = {"state": written_state(facts.state)}
    if facts.absorbed is not None:
        found["absorbed"] = written_state(facts.absorbed)
    if facts.grants is not None:
        found["grants"] = dict(facts.grants)
    if facts.has_happened:
        found["has_happened"] = True
    return found


def _event(book: Notebook, chance: random.Random, now: datetime) -> Event:
    sales = [entry for entry in book.entries if isinstance(entry.event, Sale)]
    kind = chance.choices(
        ["sale", "return", "correct", "reward", "leave", "join", "take over", "merge"],
        [50, 18, 6, 8, 4, 5, 5, 4],
    )[0]
    if kind == "return" and sales:
        sale = chance.choice(sales).event
        assert isinstance(sale, Sale)
        parts = [
            ReturnedLine(i, chance.randint(1, line.amount_minor))
            for i, line in enumerate(sale.lines)
            if line.amount_minor > 0 and chance.random() < 0.5
        ]
        seq = next(entry.seq for entry in sales if entry.event is sale)
        return Return(now, seq, tuple(parts))
    if kind == "correct":
        return Correction(now, chance.choice(["points", "cents"]), chance.choice([-150, -1, 40, 700]))
    if kind == "reward":
        return RewardRequest(now, chance.choice(["voucher-5", "voucher-5", "bicycle"]), chance.randint(1, 2))
    if kind == "leave":
        return Leaving(now)
    if kind == "join":
        return Joining(now, "b", "store")
    if kind == "take over":
        day = now.date()
        lots = (OpeningLot("points", 250, day - timedelta(days=90), day + timedelta(days=60)),)
        return TakeOver(now, day - timedelta(days=500), chance.choice([None, "gold"]), day, lots)
    if kind == "merge":
        return Merger(now)
    return _sale(chance, now - timedelta(days=chance.choice([0, 0, 0, 0, 20])))


def _sale(chance: random.Random, at: datetime) -> Sale:
    lines = tuple(
        SaleLine(
            chance.choice(["apple", "soap", "wine", "card"]),
            chance.choice([0, 1, -200, chance.randint(1, 9000), chance.randint(1, 9000), 60_000]),
            chance.choice([1, 1, 2]),
            chance.choice([0, 0, 0, 50]),
            chance.choice(["produce", "grocery", "tobacco"]),
            chance.choice(["", "ours", "national"]),
            550,
            chance.choice([LineKind.PRODUCT, LineKind.PRODUCT, LineKind.PRODUCT, LineKind.GIFT_CARD]),
        )
        for _ in range(chance.randint(1, 4))
    )
    payments = [Payment("points", 30), Payment("points", 7), Payment("voucher-5", 1), Payment("cents", 12)]
    paid = tuple(chance.sample(payments, chance.choice([0, 0, 1, 2])))
    return Sale(at, chance.choice(["a", "b"]), chance.choice(["store", "web"]), lines, paid)


if __name__ == "__main__":
    main()
