"""The demo's programme: correct, in four versions that follow one another, and worth what it says."""

from datetime import date, timedelta

import pytest

from assidu.decisions import decide, evolve
from assidu.decisions.decision import Decision
from assidu.decisions.events import Event, Joining, RewardRequest
from assidu.decisions.facts import Facts
from assidu.decisions.plan import CurrencyKind, OfferNeeds
from assidu.decisions.state import State
from assidu.demo.programme import FILES, moved_text, plan_documents, plan_text
from assidu.plans.check import check, examine
from assidu.plans.compile import compile_plan
from assidu.plans.diff import diff
from assidu.plans.wording import Language, change, reason, receipt, short_receipt
from builders.sales import a_line, a_sale, on

FIRST_DAY = date(2025, 11, 16)
VERSIONS = plan_documents(FIRST_DAY)


@pytest.mark.parametrize("name", FILES)
def test_each_version_is_correct_without_a_warning(name: str) -> None:
    assert examine(plan_text(name)).problems == ()


def test_the_published_text_says_the_days_that_are_in_force() -> None:
    texts = [moved_text(name, FIRST_DAY) for name in FILES]
    assert [examine(text).document for text in texts] == VERSIONS
    assert texts[2].count("\n") == plan_text(FILES[2]).count("\n"), "its comments stay"


def test_the_versions_follow_one_another_through_the_year() -> None:
    days = [document.valid_from - FIRST_DAY for document in VERSIONS]
    assert days == [timedelta(0), timedelta(120), timedelta(239), timedelta(288)]
    assert [check(document) for document in VERSIONS] == [(), (), (), ()]
    assert VERSIONS[1].rule("birthday-week") is not None
    campaign = VERSIONS[1].rules[-1].when
    assert campaign.first_day is not None
    assert campaign.last_day is not None
    assert VERSIONS[1].valid_from < campaign.first_day < campaign.last_day < VERSIONS[2].valid_from
    assert (campaign.first_day.weekday(), campaign.last_day.weekday()) == (0, 6)


def test_the_changes_read_as_sentences() -> None:
    first, second, third, last = VERSIONS
    told = [change(found, second, third, Language.FR) for found in diff(second, third)]
    assert (
        "La règle «\u00a0Fruits et légumes bonifiés\u00a0» passe de 200\u00a0% à 150\u00a0%, pour Or seulement."
        in told
    )
    assert len(diff(first, second)) == 4
    assert len(told) == 7
    whole = [change(found, third, last, Language.EN) for found in diff(third, last)]
    assert "The “Gold” status: benefits, now Free delivery; Priority till." in whole
    assert [sentence for sentence in whole if ": )" in sentence or sentence.endswith("..")] == []


def test_the_last_version_has_the_whole_vocabulary() -> None:
    last = VERSIONS[-1]
    parts = (
        "objectives", "activities", "audiences", "engagement", "partners", "rewards", "offers", "draws", "legal_caps",
        "terms", "notice", "leaving", "referral", "accounts", "tiers", "forgotten_tickets",
    )  # fmt: skip
    assert [name for name in parts if not getattr(last, name)] == []
    assert {currency.kind for currency in last.currencies} == set(CurrencyKind) - {CurrencyKind.MONEY}
    assert {offer.needs for offer in last.offers} == {
        OfferNeeds.NOTHING,
        OfferNeeds.ACTIVATED,
        OfferNeeds.CODE,
    }
    assert any(rule.pending for rule in last.rules)
    assert last.currencies[0].transfers is not None
    exclusive = [offer for offer in last.offers if offer.group == "baskets"]
    assert len(exclusive) == 2
    assert last.stacking.groups[0].at_most == 1


def decided(state: State, event: Event) -> tuple[State, Decision]:
    plan = compile_plan(VERSIONS[0], 1)
    answer = decide(plan, Facts(state), event, trace=True)
    assert isinstance(answer, Decision)
    if answer.claims:
        answer = decide(
            plan, Facts(state, grants={claim.key: 1 for claim in answer.claims}), event, trace=True
        )
        assert isinstance(answer, Decision)
    return evolve(state, answer), answer


def test_a_household_joins_shops_and_takes_a_voucher() -> None:
    """By hand: 200 on joining; then 113.50 €: 113 + 100 first purchase + 60 full basket + 100 first ten, and 25 % of
    the 43.12 € of the own brand, 10."""
    document, plan = VERSIONS[0], compile_plan(VERSIONS[0], 1)
    state, joined = decided(State(), Joining(on("2025-12-01")))
    assert receipt(joined, state, plan, document, Language.FR) == (
        "Bienvenue dans Le Cercle\u00a0! Vous gagnez 200 points (Bienvenue). Solde\u00a0: 200 points."
    )
    basket = a_sale(
        a_line(4312, department="produce", brand="private"),
        a_line(7038, brand="national"),
        at=on("2025-12-02"),
    )
    state, bought = decided(state, basket)
    assert receipt(bought, state, plan, document, Language.FR) == (
        "Vous gagnez 383 points (113 pour vos achats, 100 de Premier achat, 10 de Prime à la marque Le Cercle, "
        "60 de Plein panier et 100 de Les dix premiers du jour). Solde\u00a0: 583 points. "
        "Encore 1\u202f086,50\u00a0€ d'achats pour le statut Argent."
    )
    assert short_receipt(bought, state, document, Language.FR) == "+383 points, solde 583"
    why = {found.rule: reason(found, document, Language.EN) for found in bought.reasons}
    assert why["double-produce"] == "“Double produce”: only for Gold status"
    assert why["own-brand"] == "“Own-brand bonus”: 10 points on €43.12 spent"
    assert why["drive"] == "“Click-and-collect bonus”: not through this channel (only: click and collect)"
    state, taken = decided(state, RewardRequest(on("2025-12-03"), "voucher-5"))
    assert receipt(taken, state, plan, document, Language.EN) == (
        "You use 500 points. You earn 1 €5 voucher. Balance: 83 points and 1 €5 voucher."
    )
    voucher = next(posting.lot for posting in taken.postings if posting.currency == "voucher-5")
    assert voucher is not None
    assert voucher.expires_on == date(2026, 2, 4), "two months after 3 December, that day included"


def test_points_last_six_months_and_to_the_end_of_that_month() -> None:
    state, _ = decided(State(), Joining(on("2025-12-15")))
    assert [lot.expires_on for lot in state.lots] == [date(2026, 7, 1)]
