"""The programmes that a bench decides its load under, and what paired runs tell of them."""

from datetime import date
from typing import Any

from assidu.bench.programme import PROGRAMME
from assidu.bench.vocabulary import Vocabulary, document_of, paired
from assidu.plans.check import check

TODAY = date(2026, 11, 22)


def test_the_full_vocabulary_has_parts_that_the_first_story_had_not() -> None:
    first, full = (document_of(one, TODAY) for one in (Vocabulary.FIRST, Vocabulary.FULL))
    assert first.programme == full.programme == PROGRAMME
    parts = ("offers", "draws", "legal_caps", "referral", "accounts", "terms", "leaving")
    assert [name for name in parts if getattr(first, name)] == []
    assert [name for name in parts if not getattr(full, name)] == []
    assert any(draw.last_day >= TODAY for draw in full.draws), "entries still count for something"
    assert {rule.code for rule in first.rules} <= {rule.code for rule in full.rules}
    for document in (first, full):
        assert [problem for problem in check(document) if not problem.is_warning] == []


def test_paired_runs_tell_what_the_full_vocabulary_keeps_of_the_first_ones_speed() -> None:
    measured = {Vocabulary.FIRST: (1_000.0, 2_000.0, 0.5), Vocabulary.FULL: (900.0, 2_000.0, 0.45)}
    ran: list[Vocabulary] = []

    def run(vocabulary: Vocabulary) -> dict[str, Any]:
        ran.append(vocabulary)
        return dict(zip(("rate", "limit", "ratio"), measured[vocabulary], strict=True))

    told = paired(run)
    assert ran == [Vocabulary.FIRST, Vocabulary.FULL]
    assert told["ratio"] == 0.45
    assert told["paired"] == {
        "first": {"rate": 1_000.0, "limit": 2_000.0, "ratio": 0.5},
        "full": {"rate": 900.0, "limit": 2_000.0, "ratio": 0.45},
        "full_to_first": {"rate": 0.9, "limit": 1.0, "ratio": 0.9},
    }
