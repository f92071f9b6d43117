"""Who brought whom, told by a file: what a code counts for is what it would have counted for at the door."""

from pathlib import Path
from typing import Any

import pytest

from assidu.foundation.database import Database
from assidu.foundation.sql import rows
from assidu.loyalty.emissions import decide_emissions
from assidu.loyalty.plans import publish
from assidu.loyalty.rebuild import verify
from assidu.loyalty.referral import code_of, referral_standing
from builders.documents import a_document
from builders.imports import NOW, event, events_file, sale, take

POLICY = (
    "referral: {referrer: {currency: points, units: 200}, referee: {currency: points, units: 100}, "
    "when: {first_purchase_at_least: 20.00, kept_for: {days: 14}}, at_most: {limit: 9, per: year}}\n"
)


def joining(id_: str, subject: str, day: str, **data: Any) -> dict[str, Any]:
    return event("Member Joined", id_, f"{day}T09:00:00Z", subject, store="1", channel="web", **data)


@pytest.mark.parametrize("processes", [1, 3])
def test_referral_codes_of_a_file_bring_what_they_bring_at_the_door(
    assidu_db: Database, tmp_path: Path, processes: int
) -> None:
    publish(a_document(more=POLICY), "", at=NOW)
    anne = joining(
        "anne", "email:anne@example.org", "2026-01-05", profile={"phone": "0612345678"}, device="d-1"
    )
    take(assidu_db, [events_file(tmp_path / "before.jsonl", anne)])
    [(anne_id,)] = rows("SELECT customer_id FROM events_event WHERE id = 'anne'")
    code = code_of(anne_id, NOW)
    assert code is not None
    told = [
        joining(
            "b", "email:bruno@example.org", "2026-02-01", referral_code=f" {code[:4].lower()}-{code[4:]}"
        ),
        sale("t", "2026-02-02T10:00:00Z", "email:bruno@example.org", 3000),
        joining(
            "own", "card:2990000000012", "2026-02-03", referral_code=code, profile={"phone": "+33612345678"}
        ),
        joining("same", "email:other@example.org", "2026-02-03", referral_code=code, device="d-1"),
        joining("none", "email:chloe@example.org", "2026-02-03", referral_code="AAAAAAAAA"),
        joining("alone", "email:denis@example.org", "2026-02-03", device="d-2"),
    ]
    report = take(assidu_db, [events_file(tmp_path / "e.jsonl", *told)], processes=processes)
    assert report.recorded == len(told)
    faults: dict[str, str] = dict(
        rows(
            "SELECT id, coalesce(body ->> 'referral_fault', '') FROM events_event WHERE type = 'Member Joined'"
        )
    )
    assert faults == {
        "anne": "", "b": "", "own": "same_phone", "same": "same_device", "none": "unknown_code", "alone": "",
    }  # fmt: skip
    assert rows("SELECT count(*) FROM customers_device") == [(3,)]
    assert decide_emissions(NOW) == 1
    standing = referral_standing(anne_id)
    assert (standing.brought, standing.rewarded) == (1, 1)
    assert verify(assidu_db.url).found == []
