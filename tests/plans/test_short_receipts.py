"""The sentence for a till's display: whatever happened, one line of 40 plain characters."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from assidu.decisions.decision import Account, Decision, Posting
from assidu.decisions.state import LotKey, State
from assidu.plans.document import Document, Text
from assidu.plans.wording import Language, short_receipt
from builders.documents import a_document
from builders.states import a_lot, a_member

CLUB = a_document()
POINTS = CLUB.currencies[0]
words = st.text(min_size=1, max_size=60).filter(lambda text: bool(text.strip()))
names = st.builds(Text, fr=words, en=words)
documents = st.builds(
    lambda name, one, second, decimals: replace(
        CLUB,
        currencies=(
            replace(POINTS, name=name, singular=one, decimals=decimals),
            replace(POINTS, code="other", name=second, singular=None),
        ),
    ),
    names,
    st.none() | names,
    names,
    st.sampled_from([0, 2]),
)
quantities = st.integers(1, 9) | st.integers(1, 10**9)


def _posting(source: Account, target: Account, currency: str, quantity: int) -> Posting:
    [lot] = a_lot(1, currency=currency)
    return Posting(source, target, currency, quantity, lot)


moves = st.builds(
    lambda pair, currency, quantity: _posting(pair[0], pair[1], currency, quantity),
    st.sampled_from(
        [
            (Account.ISSUED, Account.AVAILABLE),
            (Account.AVAILABLE, Account.USED),
            (Account.USED, Account.AVAILABLE),
            (Account.AVAILABLE, Account.ISSUED),
            (Account.AVAILABLE, Account.BREAKAGE),
        ]
    ),
    st.sampled_from(["points", "other", "gone"]),
    quantities,
)
decisions = st.builds(lambda postings: Decision(1, postings=tuple(postings)), st.lists(moves, max_size=5))
states = st.builds(
    lambda points, others: a_member(lots={**_lots("points", points), **_lots("other", others)}),
    st.just(0) | quantities,
    st.just(0) | quantities,
)


def _lots(currency: str, quantity: int) -> dict[LotKey, int]:
    return a_lot(quantity, currency=currency) if quantity else {}


@given(decisions, states, documents, st.sampled_from(Language))
def test_it_is_never_longer_than_40_and_never_empty(
    decision: Decision, state: State, document: Document, language: Language
) -> None:
    shown = short_receipt(decision, state, document, language)
    assert 0 < len(shown) <= 40
    assert shown == " ".join(shown.split())
    assert not any(unicodedata.category(letter) in ("Zl", "Zp") for letter in shown)


def test_what_moved_is_what_is_shown() -> None:
    names = Text(fr="bons", en="vouchers")
    document = replace(CLUB, currencies=(POINTS, replace(POINTS, code="other", name=names, singular=None)))
    decision = Decision(1, postings=(_posting(Account.ISSUED, Account.AVAILABLE, "other", 2),))
    state = a_member(lots={**a_lot(40), **a_lot(3, currency="other")})
    assert short_receipt(decision, state, document, Language.FR) == "+2 bons, solde 3"
    assert short_receipt(decision, state, document, Language.EN) == "+2 vouchers, balance 3"
    assert short_receipt(Decision(1), state, document, Language.EN) == "Balance 40 points"
