"""The life of the programme: terms by version, its end, and members who bring others."""

from collections.abc import Iterator
from datetime import date

from assidu.decisions.events import (
    Correction,
    Hold,
    Joining,
    Leaving,
    Payment,
    ProgrammeEnd,
    ReferralKept,
    Resumption,
    Return,
    ReturnedLine,
    RewardRequest,
    Suspension,
    TermsAcceptance,
    TransferOut,
)
from builders.documents import BASE
from builders.sales import a_sale, on
from builders.states import a_lot, a_member
from conformance.cases.plans import REWARD, VOUCHER, programme
from conformance.story import Programme, Story

ANNE = "00000000-0000-7000-8000-00000000000a"
TERMS = """\
terms:
  - {version: '2026-01', first_day: 2026-01-01, url: 'https://example.org/1'}
  - {version: '2026-06', first_day: 2026-06-01, url: 'https://example.org/2'}
"""
CLOSING = "closing: {last_day_to_earn: 2026-06-30, last_day_to_use: 2026-09-30}\n"
REFERRAL = """\
referral:
  referrer: {currency: points, units: 200}
  referee: {currency: points, units: 100}
  when: {first_purchase_at_least: 20.00, kept_for: {days: 14}}
  at_most: {limit: 2, per: year}
"""


def stories() -> Iterator[Story]:
    yield _terms()
    yield _closing()
    yield _closing_for_somebody_suspended()
    yield _referred()
    yield _referred_and_brought_back()
    yield _referred_and_left()
    yield _referred_and_suspended()
    yield _bringing_others()


def _terms() -> Story:
    story = Story("Which version of the terms was accepted", programme(more=TERMS))
    story.tell(Joining(on("2026-02-01"), terms_version="2025"), refused="unknown_terms")
    story.tell(TermsAcceptance(on("2026-02-01"), "2026-01"), refused="not_a_member")
    story.tell(Joining(on("2026-02-01")))
    story.tell(TermsAcceptance(on("2026-05-01"), "2026-06"))
    story.tell(TermsAcceptance(on("2026-05-01"), "2030"), refused="unknown_terms")
    return story


def _end() -> Programme:
    return programme(BASE, more=CLOSING + REWARD, currencies=VOUCHER)


def _closing() -> Story:
    story = Story(
        "A programme that closes: the last day to earn, the last day to use",
        _end(),
        a_member(lots=a_lot(500, expires=None)),
    )
    story.tell(a_sale(1000, at=on("2026-06-30")))
    story.tell(a_sale(1000, at=on("2026-07-01")))
    story.tell(a_sale(1000, at=on("2026-06-29")), now=on("2026-07-02"))
    story.tell(RewardRequest(on("2026-09-30"), "voucher-5"))
    story.tell(ProgrammeEnd(on("2026-09-30")), refused="nothing_due")
    story.tell(Hold(on("2026-09-30"), (Payment("points", 1),), 60 * 48))
    story.tell(Hold(on("2026-10-01"), (Payment("points", 1),), 5), refused="programme_closed")
    story.tell(RewardRequest(on("2026-10-01"), "voucher-5"), refused="programme_closed")
    story.tell(TransferOut(on("2026-10-01"), "points", 5), refused="programme_closed")
    story.tell(a_sale(1000, at=on("2026-10-01"), payments=[Payment("points", 1)]), refused="programme_closed")
    story.tell(ProgrammeEnd(on("2026-10-01")), have={"points": 0})
    story.tell(ProgrammeEnd(on("2026-10-01")), refused="nothing_due")
    story.tell(Leaving(on("2026-10-02")))
    story.tell(Joining(on("2026-10-03")), refused="programme_closed")
    return story


def _closing_for_somebody_suspended() -> Story:
    story = Story(
        "A programme that closes while a card is suspended", _end(), a_member(lots=a_lot(500, expires=None))
    )
    story.tell(Suspension(on("2026-08-01")))
    story.tell(ProgrammeEnd(on("2026-10-01")), have={"points": 0})
    return story


def _referred() -> Story:
    story = Story("Brought by a member: rewarded once the purchase is kept", programme(more=REFERRAL))
    story.tell(Joining(on("2026-01-02"), referrer=ANNE))
    story.tell(a_sale(1999, at=on("2026-01-10")), have={"points": 19})
    story.tell(a_sale(2000, at=on("2026-01-10")), have={"points": 39})
    story.sleep_until(date(2026, 1, 24))
    assert story.state.available("points") == 39
    story.sleep_until(date(2026, 1, 25))
    assert story.state.available("points") == 139
    story.tell(a_sale(5000, at=on("2026-03-10")))
    story.sleep_until(date(2026, 6, 1))
    return story


def _referred_and_brought_back() -> Story:
    story = Story(
        "Brought by a member: what comes back in time sends back to waiting", programme(more=REFERRAL)
    )
    story.tell(Joining(on("2026-01-02"), referrer=ANNE))
    story.tell(a_sale(3000, at=on("2026-01-10")))
    first = story.seq
    story.tell(Return(on("2026-01-11"), first, (ReturnedLine(0, 1000),)))
    story.tell(Return(on("2026-01-12"), first, (ReturnedLine(0, 1),)))
    story.tell(a_sale(2500, at=on("2026-02-01")))
    story.sleep_until(date(2026, 3, 1))
    assert story.state.available("points") == 19 + 25 + 100
    return story


def _referred_and_left() -> Story:
    story = Story("Brought by a member, and gone before it was kept", programme(more=REFERRAL))
    story.tell(Joining(on("2026-01-02"), referrer=ANNE))
    story.tell(a_sale(3000, at=on("2026-01-10")))
    story.tell(Leaving(on("2026-01-11")))
    story.sleep_until(date(2026, 3, 1))
    return story


def _referred_and_suspended() -> Story:
    story = Story("Brought by a member: kept while the card was suspended", programme(more=REFERRAL))
    story.tell(Joining(on("2026-01-02"), referrer=ANNE))
    story.tell(a_sale(3000, at=on("2026-01-10")), have={"points": 30})
    story.tell(Suspension(on("2026-01-20")))
    story.tell(Resumption(on("2026-02-10")))
    assert story.state.available("points") == 30
    story.sleep_until(date(2026, 2, 10))
    assert story.state.available("points") == 130
    return story


def _bringing_others() -> Story:
    story = Story(
        "Who brings others is rewarded so often a year, and not while suspended",
        programme(more=REFERRAL),
        a_member(),
    )
    for number in range(3):
        story.tell(ReferralKept(on("2026-03-02"), f"00000000-0000-7000-8000-0000000000b{number}"))
    assert story.state.available("points") == 400
    story.tell(ReferralKept(on("2027-03-02"), ANNE), have={"points": 600})
    story.tell(Correction(on("2027-03-02"), "points", -600))
    story.tell(Suspension(on("2027-03-03")))
    story.tell(ReferralKept(on("2027-03-04"), ANNE), have={"points": 0})
    return story
