"""How a vector is written down: a plan, what was known, an event, and what was decided. Plain JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from assidu.decisions import decide, events
from assidu.decisions.decision import Account, Decision, Posting, Refused
from assidu.decisions.events import Event, Return, Sale
from assidu.decisions.facts import Facts, SoldBefore
from assidu.decisions.plan import Plan, ReturnPolicy
from assidu.decisions.record import decision_from, decision_record, state_from, state_record
from assidu.decisions.sold import Later, sold_before
from assidu.decisions.state import LotKey, State
from assidu.plans.check import examine
from assidu.plans.compile import compile_plan

HERE = Path(__file__).parent
Json = dict[str, Any]


def plan_of(vectors: Json) -> Plan:
    """The document is the plan's frozen form; the policy varies with the file."""
    checked = examine((HERE / vectors["plan"]).read_text(encoding="utf-8"))
    assert checked.document is not None, checked.problems
    plan = compile_plan(checked.document, version=vectors["plan_version"])
    return replace(
        plan,
        return_policy=ReturnPolicy(vectors["return_policy"]),
        earns_on_part_paid_with_rewards=vectors["earns_on_part_paid"],
    )


def answer_to(plan: Plan, vector: Json) -> Json:
    """Decide a vector as it is written."""
    facts = Facts(
        state=_state(vector["state"]),
        sold=_sold(vector["sold"]) if "sold" in vector else None,
        absorbed=_state(vector["absorbed"]) if "absorbed" in vector else None,
        grants=vector.get("grants"),
        has_happened=vector.get("has_happened", False),
    )
    return written_answer(decide(plan, facts, event_from(vector["event"])))


def written_answer(answer: Decision | Refused) -> Json:
    """As JSON gives it back, so that both sides are compared alike."""
    if isinstance(answer, Refused):
        found: Json = {"refused": answer.code, "figures": dict(answer.figures), "subject": answer.subject}
    else:
        found = {"decision": decision_record(answer), "postings": [_written(p) for p in answer.postings]}
    loaded: Json = json.loads(json.dumps(found))
    return loaded


def written_state(state: State) -> Json:
    lots = [[*_lot(key), left] for key, left in state.lots.items()]
    return {"seq": state.seq, **state_record(state), "lots": lots, "debts": dict(state.debts)}


def written_event(event: Event) -> Json:
    fields = {
        name: value for name, value in msgspec.to_builtins(event).items() if value not in ("", [], None)
    }
    return {"is": type(event).__name__, **fields}


PARTS: dict[str, dict[str, Callable[..., Any]]] = {
    "Sale": {"lines": events.SaleLine, "payments": events.Payment},
    "Return": {"lines": events.ReturnedLine},
    "TakeOver": {"lots": events.OpeningLot},
}


def event_from(written: Json) -> Event:
    """By hand, since a compiled core has no types for a library to look at."""
    fields = dict(written)
    name = fields.pop("is")
    values = {key: _value(key, value) for key, value in fields.items() if key not in PARTS.get(name, {})}
    for key, part in PARTS.get(name, {}).items():
        values[key] = tuple(
            part(**{inner: _value(inner, value) for inner, value in one.items()})
            for one in fields.get(key, ())
        )
    event: Event = getattr(events, name)(**values)
    return event


def _value(name: str, value: Any) -> Any:
    if name == "at":
        return datetime.fromisoformat(value)
    if value is not None and name in ("day", "joined_on", "tier_until", "issued_on", "expires_on"):
        return date.fromisoformat(value)
    return events.LineKind(value) if name == "kind" else value


def _state(written: Json) -> State:
    lots = {_key(*fields): left for *fields, left in written["lots"]}
    return state_from(written, written["seq"], lots, written["debts"])


def _sold(written: Json) -> SoldBefore:
    sale = event_from(written["sale"])
    assert isinstance(sale, Sale)
    returns = [Later(0, Return(sale.at, written["seq"]), _decision(one)) for one in written["returns"]]
    return sold_before(written["seq"], sale, _decision(written), returns)


def _decision(written: Mapping[str, Any]) -> Decision:
    return decision_from(written["decision"], 1, [_posting(*fields) for fields in written["postings"]])


def _written(posting: Posting) -> list[Any]:
    lot = None if posting.lot is None else _lot(posting.lot)
    return [
        posting.source.name,
        posting.target.name,
        posting.currency,
        posting.quantity,
        lot,
        posting.reverses,
    ]


def _posting(
    source: str, target: str, currency: str, quantity: int, lot: list[Any] | None, reverses: list[int] | None
) -> Posting:
    return Posting(
        Account[source],
        Account[target],
        currency,
        quantity,
        None if lot is None else _key(*lot),
        None if reverses is None else (reverses[0], reverses[1]),
    )


def _lot(key: LotKey) -> list[Any]:
    return [
        key.currency,
        key.issued_month.isoformat(),
        None if key.expires_on is None else key.expires_on.isoformat(),
    ]


def _key(currency: str, issued_month: str, expires_on: str | None) -> LotKey:
    return LotKey(
        currency,
        date.fromisoformat(issued_month),
        None if expires_on is None else date.fromisoformat(expires_on),
    )
