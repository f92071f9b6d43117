"""``conformance/`` is what the core decides today, can be decided from its JSON alone, and leaves nothing out."""

import json
from itertools import chain
from typing import Any, get_args

import pytest

from assidu.decisions.decision import Account, ReasonCode, RefusalCode, ShortfallCause
from assidu.decisions.events import Event
from assidu.decisions.offers.given import NoteCause, Step
from assidu.decisions.state import Membership, TierCause
from conformance.files import BYTES_MAX, FOLDER, stale
from conformance.reader import differences
from conformance.writing import Json, event_name

FILES = sorted(FOLDER.glob("*.json"))


def _load() -> list[Json]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in FILES]


def _steps() -> list[Json]:
    return [step for vectors in _load() for story in vectors["stories"] for step in story["steps"]]


def _texts(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    parts = (
        chain(value, value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return set().union(*map(_texts, parts))


def test_made_anew_the_vectors_are_the_same_to_the_byte() -> None:
    """Otherwise: `python tools/conformance.py write`, read the difference, and raise the version of the semantics."""
    assert stale() == []


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_reader_that_has_nothing_but_the_file_decides_alike(path: Any) -> None:
    assert differences(json.loads(path.read_text(encoding="utf-8"))) == []


def test_a_reader_that_decides_otherwise_is_found_out() -> None:
    [vectors] = [one for path, one in zip(FILES, _load(), strict=True) if path.stem == "earning"]
    story = vectors["stories"][0]
    story["steps"][3]["postings"] = [
        ["issued", "available", "points", 7, ["points", "2026-03-01", None], None, None]
    ]
    assert differences(vectors) == [f"{story['name']}, step 4"]


def test_the_folder_is_small_enough_to_be_read() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < BYTES_MAX


def test_every_event_is_told_decided_and_every_account_moved() -> None:
    steps = _steps()
    decided = {step["event"]["is"] for step in steps if "decision" in step}
    assert {event_name(one) for one in get_args(Event)} - decided == set()
    moved = {account for step in steps for posting in step.get("postings", ()) for account in posting[:2]}
    assert moved == {account.name.lower() for account in Account} - NO_CORE_MOVES
    every = _texts([step.get("decision", {}) for step in steps] + [step.get("next", {}) for step in steps])
    for kind in (Membership, TierCause, ShortfallCause, Step, NoteCause):
        assert {one.value for one in kind} <= every, f"every {kind.__name__} is told"


def test_every_reason_and_every_refusal_is_told() -> None:
    steps = _steps()
    reasons = {reason[1] for step in steps for reason in step.get("reasons", ())}
    assert {code.value for code in ReasonCode} - reasons == NO_DOCUMENT_SAYS
    refusals = {step["refused"][0] for step in steps if "refused" in step}
    assert {code.value for code in RefusalCode} - refusals == THE_SHELL_REFUSES


NO_CORE_MOVES = {"variance"}
"""Where inventories are settled; nothing that happens to a customer does that."""

NO_DOCUMENT_SAYS = {"sale_cap_reached"}
"""A document cannot cap a ticket at nothing."""

THE_SHELL_REFUSES = {"same_customer", "receiver_not_a_member", "second_person_needed"}
"""What one customer alone cannot tell: both sides are needed, or who asks."""
