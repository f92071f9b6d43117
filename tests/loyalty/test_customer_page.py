"""What a screen tells of a customer: what they have today, what happened, and in which list they are found."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from assidu.customers.types import Profile
from assidu.decisions.decision import Account
from assidu.decisions.events import Correction, Leaving, Merger, Return, ReturnedLine, RewardRequest, Sale
from assidu.decisions.state import Membership
from assidu.events.types import EventKey, EventType
from assidu.foundation.cursors import InvalidCursor
from assidu.ledger import queries as ledger
from assidu.ledger.types import Movement
from assidu.loyalty import queries
from assidu.loyalty.types import CustomerFilter, CustomerSort, Moved
from builders.sales import a_sale
from builders.shop import OPENED, PROGRAMME, Shop

pytestmark = pytest.mark.django_db

MARCH = datetime(2025, 3, 3, 11, tzinfo=UTC)
JUNE = datetime(2025, 6, 2, 11, tzinfo=UTC)


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.opened()


def anne(shop: Shop) -> UUID:
    return shop.member(
        Profile(card="2990000000012", first_name="Anne", last_name="Béraud", store="317", town="Lyon")
    )


def sale(at: datetime, *amounts: int, store: str = "317") -> Sale:
    return a_sale(*amounts, at=at, store=store)


def test_a_standing_tells_balances_lots_and_the_way_to_the_next_tier(shop: Shop) -> None:
    customer = anne(shop)
    shop.must(customer, sale(MARCH, 5000, 2500))
    found = queries.standing(customer, MARCH + timedelta(hours=1))
    assert found
    assert found.membership is Membership.MEMBER
    assert (found.purchases, found.last_purchase) == (1, MARCH.date())
    assert (
        found.available("points") == sum(lot.remaining for lot in found.lots if lot.currency == "points") > 0
    )
    assert found.tiers
    assert (found.tiers.tier, found.tiers.next_tier) == ("bronze", "silver")
    assert found.tiers.missing_minor == found.tiers.next_from_minor - 7500
    points = next(purse for purse in found.purses if purse.currency == "points")
    assert points.next_expiry == min(lot.expires_on for lot in found.lots if lot.expires_on)


def test_a_standing_is_as_of_now_though_the_clock_has_written_nothing_yet(shop: Shop) -> None:
    customer = anne(shop)
    shop.must(customer, sale(MARCH, 5000))
    later = queries.standing(customer, MARCH + timedelta(days=400))
    assert later
    assert later.available("points") == 0
    assert later.lots == ()
    assert [balance.posted for balance in ledger.balances(customer) if balance.currency == "points"] != [0]


def test_the_statement_runs_backwards_page_by_page_with_the_balance_after_each_movement(shop: Shop) -> None:
    customer = anne(shop)
    for week in range(6):
        shop.must(customer, sale(MARCH + timedelta(weeks=week), 4000 + week))
    whole = ledger.statement(customer, currency="points", limit=50)
    assert whole.next is None
    assert whole.movements[0].balance == queries.standing(customer, JUNE).available("points")  # type: ignore[union-attr]
    total = 0
    for movement in reversed(whole.movements):
        total += movement.change
        assert movement.balance == total
    paged: list[Movement] = []
    cursor = ""
    while True:
        page = ledger.statement(customer, currency="points", limit=2, cursor=cursor)
        paged += page.movements
        if page.next is None:
            break
        cursor = page.next
    assert tuple(paged) == whole.movements
    with pytest.raises(InvalidCursor):
        ledger.statement(customer, cursor="nonsense")


def test_the_time_line_shows_events_decisions_and_movements_of_the_merged_customer_too(shop: Shop) -> None:
    customer = anne(shop)
    other = shop.member(Profile(card="2990000000029", first_name="A.", last_name="Beraud"))
    bought = shop.must(customer, sale(MARCH, 5000, 3000))
    shop.must(other, sale(MARCH + timedelta(days=1), 2000))
    back = shop.must(customer, Return(MARCH + timedelta(days=2), bought.seq, (ReturnedLine(1, 3000),)))
    shop.must(customer, Correction(MARCH + timedelta(days=3), "points", 500, "goodwill"))
    shop.must(customer, RewardRequest(MARCH + timedelta(days=4), "voucher-5"))
    shop.must(customer, Merger(MARCH + timedelta(days=5)), absorbed=other)
    found = queries.timeline([customer, other])
    assert found.next is None
    assert [entry.at for entry in found.entries] == sorted(
        (entry.at for entry in found.entries), reverse=True
    )
    assert {entry.type for entry in found.entries} >= {
        EventType.MERGER,
        EventType.ABSORPTION,
        EventType.REWARD_REQUEST,
    }
    merger = next(entry for entry in found.entries if entry.type is EventType.MERGER)
    assert merger.other == other
    returned = queries.entry(customer, back.seq)
    assert returned
    assert returned.decision.returned[0].amount_minor == 3000
    assert any(movement.reverses == (bought.seq, 0) for movement in returned.movements)
    assert all(movement.balance >= 0 for entry in found.entries for movement in entry.movements)
    assert len(queries.timeline([customer], types=[EventType.SALE]).entries) == 1
    pages = queries.timeline([customer, other], limit=3)
    rest = queries.timeline([customer, other], limit=50, cursor=pages.next or "")
    assert pages.entries + rest.entries == found.entries
    assert queries.entry_by_key([customer], bought.fact.key) == queries.entry(customer, bought.seq)
    assert queries.entry_by_key([other], bought.fact.key) is None
    assert queries.entry_by_key([customer], EventKey("nobody", "x")) is None


def test_lists_filter_sort_and_continue(shop: Shop) -> None:
    names = ["Zoé Abel", "Éric Bernard", "Yves Caron", "Alice Durand", "Luc Été"]
    ids = []
    for n, name in enumerate(names):
        first, last = name.split()
        customer = shop.member(
            Profile(
                card=f"29900000001{n}", first_name=first, last_name=last, store="317" if n % 2 else "367"
            ),
            OPENED + timedelta(days=n),
        )
        for visit in range(n):
            shop.must(customer, sale(MARCH + timedelta(days=visit), 1000 * (n + 1)))
        ids.append(customer)
    shop.must(ids[0], Leaving(JUNE))

    def found(wanted: CustomerFilter, **rest: object) -> list[str]:
        return [row.name for row in queries.customers(wanted, **rest).rows]  # type: ignore[arg-type]

    assert found(CustomerFilter()) == names
    assert found(CustomerFilter(text="ete")) == ["Luc Été"]
    assert found(CustomerFilter(store="367")) == ["Zoé Abel", "Yves Caron", "Luc Été"]
    assert found(CustomerFilter(memberships=(Membership.LEFT,))) == ["Zoé Abel"]
    assert found(CustomerFilter(), sort=CustomerSort.PURCHASES) == names[::-1]
    assert found(CustomerFilter(), sort=CustomerSort.LAST_PURCHASE) == names[::-1]
    assert found(CustomerFilter(), sort=CustomerSort.JOINED) == names[::-1]
    assert found(CustomerFilter(bought_since=date(2025, 3, 6), bought_until=date(2025, 3, 6))) == ["Luc Été"]
    assert found(CustomerFilter(moved=Moved.EXPIRED)) == ["Zoé Abel"], "points forfeited on leaving"
    assert found(CustomerFilter(rule="first-purchase", since=MARCH.date(), until=JUNE.date())) == names[1:]
    assert (
        found(CustomerFilter(balance_min=1, tiers=("bronze",), joined_until=date(2025, 1, 8))) == names[1:3]
    )
    assert queries.count_customers(CustomerFilter(last_purchase_since=MARCH.date())) == 4
    for sort in CustomerSort:
        whole = queries.customers(CustomerFilter(), sort=sort).rows
        first_page = queries.customers(CustomerFilter(), sort=sort, limit=2)
        second = queries.customers(CustomerFilter(), sort=sort, limit=2, cursor=first_page.next or "")
        third = queries.customers(CustomerFilter(), sort=sort, limit=2, cursor=second.next or "")
        assert first_page.rows + second.rows + third.rows == whole
        assert third.next is None


def test_the_books_balance_and_somebody_is_known_where_they_bought(shop: Shop) -> None:
    customer = anne(shop)
    shop.must(customer, sale(MARCH, 5000, store="367"))
    totals: dict[str, int] = {}
    for line in ledger.trial_balance():
        totals[line.currency] = totals.get(line.currency, 0) + line.total
    assert set(totals.values()) == {0}
    assert any(line.account is Account.AVAILABLE and line.total > 0 for line in ledger.trial_balance())
    assert queries.is_known_in_store(customer, "317")
    assert queries.is_known_in_store(customer, "367")
    assert not queries.is_known_in_store(customer, "401")
    assert [version.version for version in queries.versions(PROGRAMME)] == [1, 2, 3]
