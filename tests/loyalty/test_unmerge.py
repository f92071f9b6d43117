"""Two records taken for one person, and made two again: what is left goes back, what was spent stays."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.test import Client

from assidu.cli.main import run
from assidu.customers import queries as customers
from assidu.customers.types import Profile
from assidu.decisions.decision import RefusalCode, Refused
from assidu.decisions.events import Activity, Correction, Resumption, Return, Suspension
from assidu.decisions.state import Membership
from assidu.events.types import EventType
from assidu.events.wire import Incoming, parse_one
from assidu.foundation.database import Database
from assidu.foundation.people.types import Actor
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import rows
from assidu.loyalty import actions, queries
from assidu.loyalty.entries import Told, UnknownCustomer
from assidu.loyalty.explain import explain_all
from assidu.loyalty.plans import plan_book
from assidu.loyalty.rebuild import verify
from assidu.loyalty.recorded import customers_in_groups
from assidu.loyalty.separating import Separated, unmerge
from assidu.plans.wording import Language
from assidu.simulation.as_decided import replay_as_decided
from backoffice.test_pages import sign_in
from builders.sales import a_sale
from builders.shop import OPENED, PROGRAMME, Shop

HUGO = Actor(person_id=UUID(int=9))
BOUGHT = OPENED + timedelta(days=10)
MERGED = OPENED + timedelta(days=20)
LATER = OPENED + timedelta(days=30)
UNDONE = OPENED + timedelta(days=40)
CARDS = ("2990000000012", "2990000000029", "2990000000036")


def member(shop: Shop, n: int, at: datetime = OPENED) -> UUID:
    name = ("Anne", "Bruno", "Claire")[n]
    return shop.member(Profile(card=CARDS[n], first_name=name, last_name="Béraud"), at)


def points(customer: UUID) -> tuple[int, int]:
    """What they have and what they owe."""
    standing = queries.standing(customer, UNDONE)
    assert standing is not None
    return standing.purses[0].available, standing.purses[0].debt


def merge(survivor: UUID, absorbed: UUID) -> None:
    outcome = actions.merge(survivor, absorbed, by=HUGO, reason="same name", at=MERGED, programme=PROGRAMME)
    assert isinstance(outcome, Told), outcome


def undo(absorbed: UUID) -> Separated:
    outcome = unmerge(absorbed, "two people after all", by=HUGO, at=UNDONE)
    assert isinstance(outcome, Separated), outcome
    return outcome


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.opened()


def test_an_unspent_merger_is_undone_as_if_it_had_never_been(shop: Shop) -> None:
    survivor, absorbed = member(shop, 0, OPENED + timedelta(days=2)), member(shop, 1)
    for one, amount in ((survivor, 4000), (absorbed, 90_000)):
        shop.must(one, a_sale(amount, at=BOUGHT))
    before = {one: queries.standing(one, UNDONE) for one in (survivor, absorbed)}
    counters = _counters(survivor)
    merge(survivor, absorbed)
    merged = queries.standing(survivor, UNDONE)
    own = before[survivor]
    assert merged is not None
    assert own is not None
    assert merged.tiers != own.tiers, "it brought a better status"
    undo(absorbed)
    for one in (survivor, absorbed):
        was, now = before[one], queries.standing(one, UNDONE)
        assert was is not None
        assert now is not None
        assert (now.lots, now.membership, now.joined_on, now.purchases, now.tiers) == (
            was.lots, was.membership, was.joined_on, was.purchases, was.tiers,
        )  # fmt: skip
    assert _counters(survivor) == counters


def _lots(customer: UUID) -> dict[tuple[object, ...], int]:
    found = rows(
        "SELECT currency, issued_month, expires_on, remaining FROM ledger_lot WHERE customer_id = %s AND remaining > 0",
        [customer],
    )
    return {tuple(key): left for *key, left in found}


def _counters(customer: UUID) -> object:
    return rows("SELECT state -> 'counters' FROM loyalty_member WHERE customer_id = %s", [customer])


def test_what_was_spent_since_stays_with_who_spent_it(shop: Shop) -> None:
    survivor, absorbed = member(shop, 0), member(shop, 1)
    shop.must(absorbed, a_sale(9000, at=BOUGHT))
    mine, theirs, came = points(survivor)[0], points(absorbed)[0], _lots(absorbed)
    merge(survivor, absorbed)
    shop.must(survivor, Correction(LATER, "points", -(mine + 50)))
    undo(absorbed)
    # Lot by lot: of one that both had, what is left goes back first.
    assert points(survivor)[0] + points(absorbed)[0] == theirs - 50
    assert points(absorbed)[0] < theirs
    assert _lots(absorbed).keys() <= came.keys()
    assert all(left <= came[lot] for lot, left in _lots(absorbed).items())


def test_a_debt_that_was_paid_by_the_survivor_is_owed_again(db: None) -> None:
    shop = Shop.opened(points="debt_at_most: 100")
    survivor, absorbed = member(shop, 0), member(shop, 1)
    before, owed = points(survivor)[0], 60
    shop.must(absorbed, Correction(BOUGHT, "points", -(points(absorbed)[0] + owed)))
    assert points(absorbed) == (0, owed)
    merge(survivor, absorbed)
    assert points(survivor) == (before - owed, 0)
    undo(absorbed)
    assert points(survivor) == (before, 0)
    assert points(absorbed) == (0, owed)


DIETS = """
audiences:
  - {code: green, name: {fr: Verts, en: Green}, answered: {question: diet, answers: [vegan]}}
  - {code: cats, name: {fr: Chats, en: Cats}, answered: {question: pets, answers: [cat]}}
"""


def test_an_answer_that_came_along_leaves_again_unless_the_survivor_has_answered_since(db: None) -> None:
    shop = Shop.opened(more=DIETS)
    survivor, absorbed = member(shop, 0), member(shop, 1)
    answers = (("diet", ("vegan",)), ("pets", ("cat",)))
    shop.must(absorbed, Activity(BOUGHT, "survey-answered", answers=answers))
    merge(survivor, absorbed)
    assert _audiences(survivor) == ["cats", "green"]
    shop.must(survivor, Activity(LATER, "survey-answered", answers=answers[1:]))
    undo(absorbed)
    assert _audiences(survivor) == ["cats"]
    assert _audiences(absorbed) == ["cats", "green"]
    assert all(explained.is_same for explained in explain_all(survivor, Language.FR))


def _audiences(customer: UUID) -> list[str]:
    found = rows(
        "SELECT jsonb_array_elements_text(state -> 'audiences') FROM loyalty_member WHERE customer_id = %s ORDER BY 1",
        [customer],
    )
    return [audience for (audience,) in found]


def test_each_card_finds_its_own_record_again_and_both_time_lines_tell(shop: Shop) -> None:
    survivor, absorbed = member(shop, 0), member(shop, 1)
    merge(survivor, absorbed)
    assert customers.by_subject(f"card:{CARDS[1]}") == survivor
    done = undo(absorbed)
    assert done.survivor == survivor
    assert [customers.by_subject(f"card:{card}") for card in CARDS[:2]] == [survivor, absorbed]
    found = customers.customer(survivor)
    assert found is not None
    assert found.absorbed == ()
    told = {one: queries.timeline([one], limit=1).entries[0] for one in (survivor, absorbed)}
    assert (told[survivor].type, told[survivor].other) == (EventType.SEPARATION, absorbed)
    assert (told[absorbed].type, told[absorbed].other) == (EventType.RESTORATION, survivor)
    assert told[survivor].written == {"reason": "two people after all"}
    for one in (survivor, absorbed):
        assert all(explained.is_same for explained in explain_all(one, Language.FR))


def test_whoever_had_been_absorbed_before_goes_along(shop: Shop) -> None:
    first, second, third = (member(shop, n) for n in range(3))
    merge(second, third)
    merge(first, second)
    assert isinstance(unmerge(third, "x", by=HUGO, at=UNDONE), Refused), "their survivor is undone first"
    undo(second)
    assert [customers.by_subject(f"card:{card}") for card in CARDS] == [first, second, second]
    undo(third)
    assert [customers.by_subject(f"card:{card}") for card in CARDS] == [first, second, third]


def test_a_ticket_that_came_back_while_they_were_one_does_not_come_back_again(shop: Shop) -> None:
    survivor, absorbed = member(shop, 0), member(shop, 1)
    sold = shop.must(absorbed, a_sale(9000, at=BOUGHT))
    merge(survivor, absorbed)
    shop.must(survivor, Return(LATER, sold.seq, sale_owner=str(absorbed)))
    undo(absorbed)
    again = actions.record(_return_of(sold.fact.ticket), UNDONE, programme=PROGRAMME)
    assert isinstance(again, Refused)
    assert again.code is RefusalCode.NOTHING_LEFT_TO_RETURN


def _return_of(ticket: str) -> Incoming:
    return parse_one(
        {
            "specversion": "1.0", "id": "R-1", "source": "till", "type": "Order Refunded", "time": UNDONE.isoformat(),
            "subject": f"card:{CARDS[1]}",
            "data": {"store": "317", "whole": True,
                     "original": {"store": "317", "date": BOUGHT.date().isoformat(), "ticket": ticket}},
        }
    )  # fmt: skip


def test_what_is_not_merged_is_not_undone_and_a_form_sent_twice_is_once(shop: Shop) -> None:
    survivor, absorbed = member(shop, 0), member(shop, 1)
    refused = unmerge(absorbed, "x", by=HUGO, at=UNDONE)
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.NOT_MERGED
    assert isinstance(unmerge(UUID(int=77), "x", by=HUGO, at=UNDONE), UnknownCustomer)
    merge(survivor, absorbed)
    form = UUID(int=55)
    first, again = (unmerge(absorbed, "x", by=HUGO, at=UNDONE, event_id=form) for _ in range(2))
    assert isinstance(first, Separated)
    assert isinstance(again, Separated)
    assert (first.is_new, again.is_new) == (True, False)


def test_they_can_be_merged_and_separated_again(shop: Shop) -> None:
    survivor, absorbed = member(shop, 0), member(shop, 1)
    before = [points(one) for one in (survivor, absorbed)]
    for _ in range(2):
        outcome = actions.merge(survivor, absorbed, by=HUGO, reason="?", at=UNDONE, programme=PROGRAMME)
        assert isinstance(outcome, Told), outcome
        undo(absorbed)
    assert [points(one) for one in (survivor, absorbed)] == before
    standing = queries.standing(absorbed, UNDONE)
    assert standing is not None
    assert standing.membership is Membership.MEMBER


def test_after_a_merger_undone_the_books_are_what_the_record_says_and_decide_again_the_same(
    assidu_db: Database,
) -> None:
    shop = Shop.opened()
    survivor, absorbed = member(shop, 0), member(shop, 1)
    shop.must(absorbed, a_sale(9000, at=BOUGHT))
    merge(survivor, absorbed)
    shop.must(survivor, Correction(LATER, "points", -120))
    shop.must(survivor, Suspension(LATER + timedelta(days=1)))
    shop.must(survivor, Resumption(LATER + timedelta(days=4)))
    mine = points(survivor)[0]
    undo(absorbed)
    assert 0 < points(absorbed)[0] < mine, "also what a suspension moved goes back"
    verified = verify(assidu_db.url, processes=1)
    assert verified.differences == 0, verified.found
    with psycopg.connect(assidu_db.url) as connection:
        groups = customers_in_groups(connection)
        assert [sorted(group) for group in groups] == [sorted([survivor, absorbed])]
        book = plan_book(PROGRAMME)
        assert book is not None
        replayed = replay_as_decided(connection, book, groups)
    assert not replayed.differences


def test_a_merger_is_undone_on_the_screen(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    survivor, absorbed = member(shop, 0), member(shop, 1)
    merge(survivor, absorbed)
    monkeypatch.setenv("ASSIDU_NOW", UNDONE.isoformat())
    sign_in(client, "service")
    address = f"/customers/{survivor}/unmerge/"
    assert address in client.get(f"/customers/{survivor}/").content.decode()
    assert "Bruno" in client.get(address, {"other": str(absorbed)}).content.decode()
    assert client.get(address, {"other": str(survivor)}).status_code == 404
    form = {"event": str(UUID(int=5)), "other": str(absorbed)}
    assert client.post(address, form).status_code == 422
    assert client.post(address, form | {"reason": "brothers"}).status_code == 302
    assert rows("SELECT after ->> 'absorbed' FROM people_audit WHERE action = 'customer.separated'") == [
        (str(absorbed),)
    ]


@pytest.fixture
def terminal(assidu_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The settings of a process are read once: here they are read again, before and after."""
    monkeypatch.setenv("ASSIDU_DATABASE_URL", assidu_db.url)
    monkeypatch.setenv("ASSIDU_DATABASE_OWNER_URL", assidu_db.owner_url)
    monkeypatch.setenv("ASSIDU_NOW", UNDONE.isoformat())
    current_settings.cache_clear()
    yield assidu_db
    monkeypatch.undo()
    current_settings.cache_clear()


def test_a_merger_is_undone_by_command(terminal: Database, capsys: pytest.CaptureFixture[str]) -> None:
    shop = Shop.opened()
    survivor, absorbed = member(shop, 0), member(shop, 1)
    merge(survivor, absorbed)
    words = ["customer", "unmerge", str(absorbed), "--reason", "brothers", "--json"]
    assert run(words) == 0
    assert json.loads(capsys.readouterr().out)["survivor"] == str(survivor)
    assert run(words) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_merged"
