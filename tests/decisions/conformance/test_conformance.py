"""Frozen vectors: an outcome that changes without a new ``SEMANTICS_VERSION`` is noticed here."""

import json
from pathlib import Path

import pytest

from assidu.decisions import SEMANTICS_VERSION
from decisions.conformance.vectors import HERE, Json, answer_to, plan_of

FILES = sorted(HERE.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_what_was_decided_once_is_decided_the_same_for_ever(path: Path) -> None:
    vectors: Json = json.loads(path.read_text(encoding="utf-8"))
    assert vectors["semantics_version"] == SEMANTICS_VERSION, "a new version freezes its vectors anew"
    plan = plan_of(vectors)
    for number, vector in enumerate(vectors["vectors"]):
        assert answer_to(plan, vector) == vector["gives"], f"vector {number} of {path.name}"


def test_the_vectors_tell_of_every_event_and_of_what_is_rare() -> None:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in FILES]
    vectors = [vector for one in found for vector in one["vectors"]]
    events = {vector["event"]["is"] for vector in vectors}
    assert events == {
        "Sale",
        "Return",
        "Correction",
        "RewardRequest",
        "Joining",
        "Leaving",
        "TakeOver",
        "Absorption",
        "Merger",
        "Tick",
    }
    told = {part for vector in vectors for part in vector["gives"].get("decision", ())}
    assert told >= {"awards", "counts", "tier", "membership", "shortfalls", "clawbacks", "returned", "inputs"}
    accounts = {account for v in vectors for p in v["gives"].get("postings", ()) for account in p[:2]}
    assert accounts >= {
        "AVAILABLE",
        "DEBT",
        "ISSUED",
        "USED",
        "BREAKAGE",
        "CORRECTED",
        "OPENING",
        "FORFEITED",
    }
    awarded = {a[0] for v in vectors for a in v["gives"].get("decision", {}).get("awards", ())}
    assert len(awarded) == 13, "every rule gave something"
