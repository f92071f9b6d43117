"""Joining under a version of the terms, and a programme that closes."""

from datetime import date

import pytest

from assidu.decisions.decision import Account, ReasonCode, RefusalCode, Refused
from assidu.decisions.events import (
    Correction,
    Hold,
    Joining,
    Payment,
    ProgrammeEnd,
    Sale,
    Suspension,
    TermsAcceptance,
)
from assidu.decisions.plan import Plan
from assidu.plans.compile import compile_plan
from assidu.plans.wording import Language, reason, receipt, refusal
from builders.documents import a_document
from builders.member import AMember
from builders.sales import a_sale, on

TERMS = """\
terms:
  - {version: one, first_day: 2026-01-01, url: https://example.org/1}
  - {version: two, first_day: 2026-03-01, url: https://example.org/2}
"""
CLOSING = "closing: {last_day_to_earn: 2026-06-30, last_day_to_use: 2026-09-30}\n"


def a_plan(more: str) -> Plan:
    return compile_plan(a_document(more=more), version=1)


# ---------------------------------------------------------------- terms


@pytest.mark.parametrize(("day", "version"), [("2026-02-28", "one"), ("2026-03-01", "two")])
def test_joining_keeps_the_version_of_the_terms_in_force(day: str, version: str) -> None:
    member = AMember(a_plan(TERMS), Joining(on(day)))
    assert member.state.terms == version


def test_joining_keeps_the_version_that_was_told_and_refuses_one_that_is_not_known() -> None:
    member = AMember(a_plan(TERMS))
    assert member.tries(Joining(on("2026-04-01"), terms_version="three")) == Refused(
        RefusalCode.UNKNOWN_TERMS, subject="three"
    )
    member.does(Joining(on("2026-04-01"), terms_version="one"))
    assert member.state.terms == "one"


def test_a_plan_without_terms_takes_any_and_keeps_none() -> None:
    member = AMember(a_plan(""), Joining(on("2026-04-01"), terms_version="whatever"))
    assert member.state.terms == ""


def test_a_member_accepts_a_new_version() -> None:
    member = AMember(a_plan(TERMS), Joining(on("2026-02-01")))
    member.does(TermsAcceptance(on("2026-03-02"), "two"))
    assert member.state.terms == "two"
    assert member.tries(TermsAcceptance(on("2026-03-02"), "three")) == Refused(
        RefusalCode.UNKNOWN_TERMS, subject="three"
    )
    assert AMember(a_plan(TERMS)).tries(TermsAcceptance(on("2026-03-02"), "two")) == Refused(
        RefusalCode.NOT_A_MEMBER
    )


# ---------------------------------------------------------------- closing


@pytest.fixture
def member() -> AMember:
    one = AMember(a_plan(CLOSING), Joining(on("2026-01-02")))
    one.does(a_sale(100_00, at=on("2026-06-30")))
    return one


def test_after_the_last_day_to_earn_a_ticket_earns_nothing_and_the_rule_is_over(member: AMember) -> None:
    assert member.points == 100
    decision = member.does(a_sale(100_00, at=on("2026-07-01")))
    assert decision.awards == ()
    [why] = decision.reasons
    assert why.code is ReasonCode.OVER
    document = a_document(more=CLOSING)
    assert "30 juin 2026" in reason(why, document, Language.FR)


def test_points_are_used_until_the_last_day_and_then_refused_with_the_reason(member: AMember) -> None:
    def paid(day: str, quantity: int = 40) -> Sale:
        return a_sale(1000, at=on(day), payments=[Payment("points", quantity)])

    member.does(paid("2026-09-30"))
    refused = member.tries(paid("2026-10-01"))
    assert refused == Refused(RefusalCode.PROGRAMME_CLOSED)
    assert isinstance(refused, Refused)
    assert "30 septembre 2026" in refusal(refused, a_document(more=CLOSING), Language.FR)
    assert member.tries(Hold(on("2026-10-01"), (Payment("points", 40),), 15)) == refused
    assert member.does(paid("2026-10-01"), has_happened=True).shortfalls == ()


def test_nobody_joins_a_programme_that_gives_nothing_any_more(member: AMember) -> None:
    newcomer = AMember(member.plan)
    assert newcomer.tries(Joining(on("2026-07-01"))) == Refused(RefusalCode.PROGRAMME_CLOSED)
    newcomer.does(Joining(on("2026-06-30")))


def test_what_is_left_expires_once_the_programme_has_closed(member: AMember) -> None:
    assert member.tries(ProgrammeEnd(on("2026-09-30"))) == Refused(RefusalCode.NOTHING_DUE)
    end = member.does(ProgrammeEnd(on("2026-10-01", 0)))
    assert {posting.target for posting in end.postings} == {Account.BREAKAGE}
    assert member.points == 0
    assert member.tries(ProgrammeEnd(on("2026-10-02"))) == Refused(RefusalCode.NOTHING_DUE)


def test_what_is_left_of_a_suspended_card_expires_with_the_programme(member: AMember) -> None:
    member.does(Suspension(on("2026-07-01")))
    member.does(ProgrammeEnd(on("2026-10-01", 0)))
    assert member.points == 0


def test_what_is_left_may_stay_in_the_books() -> None:
    stays = AMember(a_plan(CLOSING.replace("}", ", forfeit: false}")), Joining(on("2026-01-02")))
    stays.does(Correction(on("2026-06-01"), "points", 10))
    assert stays.tries(ProgrammeEnd(on("2026-10-01", 0))) == Refused(RefusalCode.NOTHING_DUE)
    assert stays.points == 10


def test_a_receipt_tells_until_when_to_earn_and_to_use(member: AMember) -> None:
    document = a_document(more=CLOSING)
    decision = member.does(a_sale(1000, at=on("2026-06-29")))
    said = receipt(decision, member.state, member.plan, document, Language.EN, date(2026, 6, 29))
    assert "earn until 30 June 2026, use until 30 September 2026" in said
    later = receipt(decision, member.state, member.plan, document, Language.EN, date(2026, 7, 1))
    assert "can be used until 30 September 2026" in later
