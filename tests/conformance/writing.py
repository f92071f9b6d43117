"""How vectors are written down: plain JSON, whole numbers, days and instants as ISO 8601, nothing left to taste."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum, IntEnum
from re import sub
from typing import Any

from assidu.decisions.decision import Decision, Posting, Reason, Refused
from assidu.decisions.events import Event
from assidu.decisions.facts import Facts, SaleInputs, SoldBefore
from assidu.decisions.record import decision_record, state_record
from assidu.decisions.state import State

Json = dict[str, Any]


def written_event(event: Event) -> Json:
    """``{"is": "sale", "at": …}``; what says the same as the default is left out."""
    return {"is": event_name(type(event)), **plain(event)}


def event_name(kind: type[Event]) -> str:
    """``RewardRequest`` is ``reward_request``."""
    return sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def written_state(state: State) -> Json:
    lots = sorted(([*plain(key), left] for key, left in state.lots.items()), key=str)
    return {"seq": state.seq, **_sorted(state_record(state)), "lots": lots, "debts": _sorted(state.debts)}


def written_answer(answer: Decision | Refused) -> Json:
    if isinstance(answer, Refused):
        return {"refused": [answer.code.value, plain(answer.figures), answer.subject]}
    found: Json = {"decision": _sorted(decision_record(answer))}
    if answer.postings:
        found["postings"] = [written_posting(posting) for posting in answer.postings]
    if answer.reasons:
        found["reasons"] = [written_reason(reason) for reason in answer.reasons]
    return found


def written_posting(posting: Posting) -> list[Any]:
    source, target = posting.source.name.lower(), posting.target.name.lower()
    moved = [source, target, posting.currency, posting.quantity, plain(posting.lot)]
    return [*moved, plain(posting.reverses), plain(posting.active_on)]


def written_reason(reason: Reason) -> list[Any]:
    return [reason.rule, reason.code.value, _sorted(reason.figures)]


def written_facts(facts: Facts) -> Json:
    """All but the state."""
    found: Json = {}
    if facts.sold is not None:
        found["sold"] = _written_sold(facts.sold)
    if facts.absorbed is not None:
        found["absorbed"] = written_state(facts.absorbed)
    if facts.absorbed_id:
        found["absorbed_id"] = facts.absorbed_id
    if facts.grants is not None:
        found["grants"] = _sorted(facts.grants)
    if facts.has_happened:
        found["has_happened"] = True
    if facts.chance is not None:
        draws = sorted(facts.chance.draws.items())
        found["chance"] = {
            "member": facts.chance.member,
            "secrets": {offer: draw.secret.hex() for offer, draw in draws},
        }
        opened = {offer: plain(draw.opened_at) for offer, draw in draws if draw.opened_at is not None}
        if opened:
            found["chance"]["opened_at"] = opened
    if facts.is_basket:
        found["is_basket"] = True
    if facts.member:
        found["member"] = facts.member
    if facts.person is not None:
        found["person"] = written_state(facts.person)
    return found


def _written_sold(sold: SoldBefore) -> Json:
    found: Json = plain(sold)
    found["sale"] = written_event(sold.sale)
    return found


def plain(value: Any) -> Any:
    """Any value of the core as JSON. Mappings by anything else than text become lists of ``[*key, value]``."""
    if isinstance(value, SaleInputs):
        return _sorted(decision_record(Decision(0, inputs=value))["inputs"])
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(part)
            for field in fields(value)
            if (part := getattr(value, field.name)) != field.default
            and (field.default_factory is MISSING or part != field.default_factory())
        }
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {key: plain(part) for key, part in value.items()}
        return [
            [*(plain(key) if isinstance(key, tuple) else [key]), plain(part)] for key, part in value.items()
        ]
    if isinstance(value, frozenset):
        return sorted(plain(part) for part in value)
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    return value


def _sorted(record: Mapping[str, Any]) -> Json:
    """Keys in one order, so that the same outcome is the same bytes; lists keep theirs, which has a meaning."""
    return {
        key: _sorted(part) if isinstance(part, Mapping) else plain(part)
        for key, part in sorted(record.items())
    }
