"""Decides every vector from its JSON alone, through the public functions: what a till in another language does.

Runs by itself too, in ``tests``: ``python -m conformance.reader ../conformance/*.json``.
"""

import json
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from assidu.decisions import decide, events, evolve
from assidu.decisions.chance import Chance, OpenDraw
from assidu.decisions.decision import Decision, Refused
from assidu.decisions.events import Event, Sale, SaleLine
from assidu.decisions.exchange import KnownRate, exchanged
from assidu.decisions.facts import Facts, SoldBefore, SoldPosting
from assidu.decisions.money import Rate
from assidu.decisions.plan import Plan
from assidu.decisions.record import inputs_from, state_from
from assidu.decisions.state import LotKey, State
from assidu.plans.compile import compile_plan
from assidu.plans.identity import document_from_json
from conformance.writing import Json, written_answer, written_event, written_state


def differences(vectors: Mapping[str, Any]) -> list[str]:
    """Which steps of a file come out otherwise; empty when all are alike."""
    plans = {
        name: compile_plan(document_from_json(json.dumps(plan))) for name, plan in vectors["plans"].items()
    }
    found = []
    for story in vectors["stories"]:
        before = story["start"]
        for number, step in enumerate(story["steps"], 1):
            plan = plans[step.get("plan", story["plan"])]
            answered = answer_to(plan, before, step)
            expected = {
                name: step[name]
                for name in ("refused", "decision", "postings", "reasons", "next")
                if name in step
            }
            if answered != expected:
                found.append(f"{story['name']}, step {number}")
            before = step.get("next", before)
    return found


def answer_to(plan: Plan, before: Json, step: Json) -> Json:
    """What a step gives: a refusal, or a decision with its postings and what it makes of the customer."""
    state = state_of(before)
    event = _exchanged(plan, step["told"]) if "told" in step else event_of(step["event"])
    if isinstance(event, Refused):
        return written_answer(event)
    if event != event_of(step["event"]):
        return {"exchanged": written_event(event)}
    answer = decide(plan, _facts(state, step.get("facts", {})), event, trace=step.get("trace", False))
    found = written_answer(answer)
    if isinstance(answer, Decision) and "next" in step:
        found["next"] = written_state(evolve(state, answer))
    assert isinstance(answer, Decision | Refused)
    again: Json = json.loads(json.dumps(found))
    return again


def event_of(written: Json) -> Event:
    name = "".join(word.capitalize() for word in written["is"].split("_"))
    event: Event = msgspec.convert(
        {k: v for k, v in written.items() if k != "is"}, type=getattr(events, name)
    )
    return event


def _exchanged(plan: Plan, told: Json) -> Sale | Refused:
    """A ticket in another money, as it is converted before anything is decided on it."""
    sale = event_of(told["sale"])
    assert isinstance(sale, Sale)
    known = None
    if "rate" in told:
        known = KnownRate(
            msgspec.convert(told["rate"], type=Rate), msgspec.convert(told.get("day"), type=date | None)
        )
    return exchanged(plan, sale, told["currency"], known)


def state_of(written: Json) -> State:
    lots = {_lot(currency, month, end): left for currency, month, end, left in written["lots"]}
    return state_from(written, written["seq"], lots, written["debts"])


def _facts(state: State, written: Json) -> Facts:
    chance = written.get("chance")
    return Facts(
        state,
        sold=_sold(written["sold"]) if "sold" in written else None,
        absorbed=state_of(written["absorbed"]) if "absorbed" in written else None,
        absorbed_id=written.get("absorbed_id", ""),
        grants=written.get("grants"),
        has_happened=written.get("has_happened", False),
        chance=None if chance is None else _chance(chance),
        is_basket=written.get("is_basket", False),
        member=written.get("member", ""),
        person=state_of(written["person"]) if "person" in written else None,
    )


def _chance(written: Json) -> Chance:
    opened = written.get("opened_at", {})
    return Chance(
        written["member"],
        {
            offer: OpenDraw(
                bytes.fromhex(secret), datetime.fromisoformat(opened[offer]) if offer in opened else None
            )
            for offer, secret in written["secrets"].items()
        },
    )


def _sold(written: Json) -> SoldBefore:
    sale = event_of(written["sale"])
    assert isinstance(sale, Sale)
    pairs = {
        name: {(rule, currency): n for rule, currency, n in written.get(name, ())}
        for name in ("awarded", "clawed_back")
    }
    foreign = dict(written.get("returned_foreign", ()))
    names = ("paid", "paid_back", "plan_version", "is_own", "not_recovered", "taken", "is_basket")
    rest = {name: written[name] for name in names if name in written}
    return SoldBefore(
        written["seq"],
        sale,
        inputs_from(written["inputs"]),
        tuple(msgspec.convert(one, type=SoldPosting) for one in written["postings"]),
        pairs["awarded"],
        clawed_back=pairs["clawed_back"],
        returned_minor=dict(written.get("returned_minor", ())),
        returned_foreign=foreign,
        promoted=tuple(msgspec.convert(one, type=SaleLine) for one in written.get("promoted", ())),
        **rest,
    )


def _lot(currency: str, month: str, end: str | None) -> LotKey:
    return LotKey(currency, date.fromisoformat(month), None if end is None else date.fromisoformat(end))


def main(paths: list[str]) -> int:
    found = []
    for path in paths:
        vectors = json.loads(Path(path).read_text(encoding="utf-8"))
        found += [f"{path}: {difference}" for difference in differences(vectors)]
    print("\n".join(found) or f"{len(paths)} files are decided alike")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
