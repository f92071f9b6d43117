"""Households and companies in the database: who is found as what, and what is written where."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from assidu.customers import queries as customers
from assidu.customers.accounts import AccountRole, account_of, belonging_of, people_of
from assidu.customers.queries import counts_as
from assidu.customers.types import Identifier, IdentifierKind, NotAnIdentifier, Profile
from assidu.decisions.decision import Account, RefusalCode, Refused
from assidu.decisions.state import AccountKind, Membership
from assidu.events.types import EventKey, EventType
from assidu.events.wire import Incoming, Subject, parse_one
from assidu.foundation.people.types import Actor
from assidu.foundation.sql import rows
from assidu.loyalty import accounts, actions, queries
from assidu.loyalty.accounts import Opened, Share
from assidu.loyalty.anniversaries import tell_anniversaries
from assidu.loyalty.entries import Conflict, Outcome, Told, UnknownCustomer
from assidu.loyalty.erasing import AccountNotEmpty, erase
from assidu.loyalty.explain import explain_all
from assidu.loyalty.person_file import person_file
from assidu.loyalty.plans import publish
from assidu.loyalty.referral import code_of
from assidu.loyalty.separating import Separated, unmerge
from assidu.loyalty.types import CustomerFilter
from assidu.plans.wording import Language
from assidu.plans.writing import to_yaml
from builders.documents import BASE, a_document, a_rule
from builders.shop import OPENED, PROGRAMME, Shop

HUGO = Actor(person_id=UUID(int=9))
BOUGHT = OPENED + timedelta(days=10)
NOW = datetime(2025, 3, 3, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=5)
IN_2026 = datetime(2026, 3, 2, 10, tzinfo=UTC)
CARDS = ("2990000000012", "2990000000029", "2990000000036")
HOUSEHOLDS = "accounts: {household: {leaver_takes: own}, company: {}}\n"


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.opened(more=HOUSEHOLDS)


@pytest.fixture
def anne(shop: Shop) -> UUID:
    return member(shop, 0)


@pytest.fixture
def bruno(shop: Shop) -> UUID:
    return member(shop, 1)


@pytest.fixture
def home(shop: Shop) -> UUID:
    return opened().account_id


def member(shop: Shop, n: int) -> UUID:
    name = ("Anne", "Bruno", "Claire")[n]
    return shop.member(Profile(card=CARDS[n], first_name=name, last_name="Béraud"))


def opened(kind: AccountKind = AccountKind.HOUSEHOLD, **rest: Any) -> Opened:
    answer = accounts.open_(kind, "Béraud", by=HUGO, at=rest.pop("at", NOW), programme=PROGRAMME, **rest)
    assert isinstance(answer, Opened), answer
    return answer


def told(outcome: object) -> Told:
    assert isinstance(outcome, Told), outcome
    return outcome


def enter(account: UUID, person: UUID | str, at: datetime = NOW, **rest: Any) -> Outcome | NotAnIdentifier:
    subject = Subject("customer", str(person)) if isinstance(person, UUID) else Subject("card", person)
    return accounts.enter(account, subject, "they live together", by=HUGO, at=at, programme=PROGRAMME, **rest)


def leave(account: UUID, person: UUID, at: datetime = LATER, **rest: Any) -> Outcome:
    return accounts.leave(account, person, "moved out", by=HUGO, at=at, programme=PROGRAMME, **rest)


def points(customer: UUID) -> int:
    standing = queries.standing(customer, LATER)
    assert standing is not None
    return standing.purses[0].available


def refusal(outcome: object) -> RefusalCode:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def happened(id_: str, type_: str, subject: str, at: datetime, **data: Any) -> Incoming:
    return parse_one(
        {
            "specversion": "1.0", "id": id_, "source": "till/store-317", "type": type_, "time": at.isoformat(),
            "subject": subject, "data": {"store": "317", "channel": "store"} | data,
        }
    )  # fmt: skip


def bought(
    id_: str, card: str, amount: int = 5_000, at: datetime = NOW, **data: Any
) -> Outcome | NotAnIdentifier:
    lines = [{"sku": "s", "amount_minor": amount, "department": "produce"}]
    incoming = happened(id_, "Order Completed", f"card:{card}", at, ticket=id_, lines=lines, **data)
    return actions.record(incoming, at, programme=PROGRAMME)


def brought_back(id_: str, ticket: str, card: str, at: datetime, day: datetime) -> Outcome | NotAnIdentifier:
    original = {"store": "317", "date": day.date().isoformat(), "ticket": ticket}
    data = {"original": original, "whole": True, "ticket": id_}
    return actions.record(
        happened(id_, "Order Refunded", f"card:{card}", at, **data), at, programme=PROGRAMME
    )


def changed(
    id_: str, ticket: str, card: str, at: datetime, *amounts: int, **data: Any
) -> Outcome | NotAnIdentifier:
    """It reads otherwise now or, without amounts, it is cancelled."""
    named = {"original": {"store": "317", "date": NOW.date().isoformat(), "ticket": ticket}} | data
    lines = [{"sku": "s", "amount_minor": amount, "department": "produce"} for amount in amounts]
    type_, content = ("Order Updated", {"lines": lines}) if lines else ("Order Cancelled", {})
    return actions.record(
        happened(id_, type_, f"card:{card}", at, **named, **content), at, programme=PROGRAMME
    )


# ---------------------------------------------------------------- opening


def test_an_account_is_opened_once_for_a_form_and_for_the_name_that_another_system_gives_it(
    shop: Shop,
) -> None:
    form = UUID(int=77)
    first = opened(event_id=form)
    again = opened(event_id=form, at=LATER)
    assert (again.account_id, again.is_new) == (first.account_id, False)
    crm = Identifier(IdentifierKind.EXTERNAL, "crm:H-1")
    known = opened(external=crm)
    assert known.account_id != first.account_id
    assert opened(external=crm).account_id == known.account_id
    assert customers.by_identifier(crm) == known.account_id
    other_kind = accounts.open_(AccountKind.COMPANY, "x", by=HUGO, at=NOW, programme=PROGRAMME, external=crm)
    assert isinstance(other_kind, Conflict)
    assert rows("SELECT count(*) FROM customers_customer WHERE kind <> 'person'") == [(2,)]
    assert rows("SELECT action, count(*) FROM people_audit GROUP BY 1") == [("account.opened", 2)]


def test_a_programme_without_accounts_opens_none_and_leaves_nobody_behind(db: None) -> None:
    Shop.opened()
    before = rows("SELECT count(*) FROM customers_customer")
    answer = accounts.open_(AccountKind.HOUSEHOLD, "Béraud", by=HUGO, at=NOW, programme=PROGRAMME)
    assert refusal(answer) is RefusalCode.NO_SUCH_ACCOUNTS
    assert rows("SELECT count(*) FROM customers_customer") == before


# ---------------------------------------------------------------- entering, and what is told then


def test_whoever_enters_brings_everything_and_is_found_as_the_account_by_every_card(
    anne: UUID, bruno: UUID, home: UUID
) -> None:
    theirs = points(anne) + points(bruno)
    told(enter(home, anne, roles=(AccountRole.HOLDER,)))
    told(enter(home, CARDS[1], NOW + timedelta(minutes=1)))
    assert points(home) == theirs
    assert points(anne) == points(bruno) == 0
    assert [(one.customer_id, one.roles) for one in people_of(home)] == [
        (anne, (AccountRole.HOLDER,)),
        (bruno, ()),
    ]
    sold = told(bought("T-1", CARDS[1]))
    assert (sold.customer_id, sold.member) == (home, bruno)
    assert points(home) > theirs
    assert rows("SELECT body ->> 'member' FROM events_event WHERE id = 'T-1'") == [(str(bruno),)]
    again = told(bought("T-1", CARDS[1]))
    assert (again.is_new, again.customer_id, again.member) == (False, home, bruno)
    # Who somebody is does not change: the card is theirs, whatever counts for them.
    assert customers.by_subject(f"card:{CARDS[1]}") == bruno
    assert counts_as(bruno) == home


def test_a_form_sent_twice_takes_somebody_in_once(anne: UUID, home: UUID) -> None:
    form = UUID(int=78)
    told(enter(home, anne, event_id=form))
    again = told(enter(home, anne, LATER, event_id=form))
    assert not again.is_new
    assert refusal(enter(home, anne, LATER)) is RefusalCode.IN_ACCOUNT
    assert rows("SELECT count(*) FROM people_audit WHERE action = 'account.member_added'") == [(1,)]


def test_nobody_is_in_two_accounts_and_no_account_in_another(anne: UUID, home: UUID) -> None:
    firm = opened(AccountKind.COMPANY).account_id
    told(enter(home, anne))
    assert refusal(enter(firm, anne)) is RefusalCode.IN_ACCOUNT
    assert refusal(enter(firm, home)) is RefusalCode.NOT_A_PERSON
    assert refusal(enter(firm, firm)) is RefusalCode.NOT_A_PERSON
    assert refusal(enter(anne, firm)) is RefusalCode.NOT_A_PERSON
    assert isinstance(enter(firm, "666600001111"), UnknownCustomer)


def test_a_ticket_of_the_account_is_told_again_by_another_source_as_the_same(anne: UUID, home: UUID) -> None:
    first = told(bought("T-1", CARDS[0]))
    told(enter(home, anne))
    lines = [{"sku": "s", "amount_minor": 5_000, "department": "produce"}]

    def from_the_web(card: str) -> object:
        incoming = happened("T-1", "Order Completed", f"card:{card}", NOW, ticket="T-1", lines=lines)
        key = EventKey("web/shop", "W-1")
        return actions.record(replace(incoming, key=key), LATER, programme=PROGRAMME)

    again = told(from_the_web(CARDS[0]))
    assert again.duplicate_of == first.key
    assert again.state.available("points") == points(home)
    told(leave(home, anne))
    assert told(from_the_web(CARDS[0])).duplicate_of == first.key


def test_staff_correct_the_account_through_anybody_who_is_in_it(anne: UUID, bruno: UUID, home: UUID) -> None:
    told(enter(home, anne))
    told(enter(home, bruno))
    before = points(home)
    told(actions.correct(anne, "points", 70, "goodwill", by=HUGO, at=NOW, programme=PROGRAMME))
    assert points(home) == before + 70
    [(customer, by_member)] = rows(
        "SELECT customer_id, body ->> 'member' FROM events_event WHERE type = 'Balance Corrected'"
    )
    assert (customer, by_member) == (home, str(anne))


# ---------------------------------------------------------------- leaving


def test_whoever_leaves_takes_what_is_theirs_as_it_was_shown_before(
    anne: UUID, bruno: UUID, home: UUID
) -> None:
    told(enter(home, anne))
    told(enter(home, bruno))
    told(bought("T-1", CARDS[0], 30_000))
    all_of_it = points(home)
    shown = accounts.share_of(home, anne, LATER, programme=PROGRAMME)
    assert isinstance(shown, Share)
    assert rows("SELECT count(*) FROM events_event WHERE type = 'Account Left'") == [(0,)]
    gone = told(leave(home, anne))
    assert gone.member == anne
    assert points(anne) == sum(part.quantity for part in shown.taken if part.currency == "points") > 0
    assert points(anne) + points(home) == all_of_it
    assert account_of(anne) is None
    standing = queries.standing(anne, LATER)
    assert standing is not None
    assert standing.membership is Membership.MEMBER
    sold = told(bought("T-2", CARDS[0], at=LATER))
    assert (sold.customer_id, sold.member) == (anne, None)


def test_a_ticket_comes_back_where_it_was_bought_whoever_is_where_by_then(
    shop: Shop, anne: UUID, bruno: UUID, home: UUID
) -> None:
    told(bought("T-0", CARDS[0], 20_000, BOUGHT))
    told(enter(home, anne))
    told(enter(home, bruno))
    # Bought before she entered: the account has what it gave.
    back = told(brought_back("R-1", "T-0", CARDS[0], NOW, BOUGHT))
    assert (back.customer_id, back.member) == (home, anne)
    # Bought in the account: he brings it back there, while he is in it…
    told(bought("T-1", CARDS[1], 20_000))
    told(bought("T-2", CARDS[1], 20_000))
    assert told(brought_back("R-2", "T-1", CARDS[0], NOW, NOW)).customer_id == home
    # … and after he has left.
    told(bought("T-3", CARDS[0], 90_000))
    told(leave(home, bruno))
    his, theirs = points(bruno), points(home)
    back = told(brought_back("R-3", "T-2", CARDS[1], LATER, NOW))
    assert (back.customer_id, back.member) == (home, bruno)
    assert points(bruno) == his
    assert points(home) < theirs
    # Nobody else brings it back, and twice is too often.
    assert refusal(brought_back("R-4", "T-2", CARDS[1], LATER, NOW)) is RefusalCode.NOTHING_LEFT_TO_RETURN
    shop.member(Profile(card=CARDS[2]))
    assert refusal(brought_back("R-5", "T-1", CARDS[2], LATER, NOW)) is RefusalCode.UNKNOWN_SALE


def test_a_ticket_is_changed_where_it_was_bought_also_by_who_has_left_and_with_nothing_of_the_others(
    shop: Shop, anne: UUID, bruno: UUID, home: UUID
) -> None:
    told(bought("T-0", CARDS[0], 20_000))
    told(enter(home, anne))
    told(enter(home, bruno))
    # Bought before she entered: it is decided where her units are by now.
    before = points(home)
    change = told(changed("U-0", "T-0", CARDS[0], NOW, 40_000))
    assert (change.customer_id, change.member) == (home, anne)
    assert points(home) > before
    told(bought("T-1", CARDS[1], 20_000))
    assert told(changed("U-1", "T-1", CARDS[0], NOW, 15_000, 15_000)).member == anne
    told(leave(home, bruno))
    his, theirs = points(bruno), points(home)
    change = told(changed("U-2", "T-1", CARDS[1], LATER, 10_000))
    assert (change.customer_id, change.member) == (home, bruno)
    assert points(bruno) == his
    assert points(home) < theirs
    paid = [{"currency": "points", "quantity": 10}]
    refused = changed("U-3", "T-1", CARDS[1], LATER, 10_000, payments=paid)
    assert refusal(refused) is RefusalCode.NOT_IN_ACCOUNT
    assert told(changed("U-4", "T-1", CARDS[1], LATER)).customer_id == home
    shop.member(Profile(card=CARDS[2]))
    assert refusal(changed("U-5", "T-1", CARDS[2], LATER, 500)) is RefusalCode.UNKNOWN_SALE
    for entry in (*explain_all(home, Language.EN), *explain_all(anne, Language.EN)):
        assert entry.is_same, (entry.entry.type, entry.differing)


def test_the_last_one_who_leaves_closes_it(anne: UUID, home: UUID, bruno: UUID) -> None:
    told(enter(home, anne))
    all_of_it = points(home)
    shown = accounts.share_of(home, anne, LATER, programme=PROGRAMME)
    assert isinstance(shown, Share)
    assert shown.closes
    told(leave(home, anne))
    assert (points(home), points(anne)) == (0, all_of_it)
    assert refusal(enter(home, bruno, LATER)) is RefusalCode.ACCOUNT_CLOSED


def test_of_somebody_who_is_not_in_it_nobody_takes_leave(anne: UUID, bruno: UUID, home: UUID) -> None:
    told(enter(home, anne))
    assert refusal(leave(home, bruno)) is RefusalCode.NOT_IN_ACCOUNT
    assert refusal(leave(anne, bruno)) is RefusalCode.NOT_IN_ACCOUNT
    assert refusal(leave(bruno, anne)) is RefusalCode.NOT_AN_ACCOUNT
    answer = accounts.share_of(home, bruno, LATER, programme=PROGRAMME)
    assert refusal(answer) is RefusalCode.NOT_IN_ACCOUNT


# ---------------------------------------------------------------- mergers inside


def test_two_records_of_one_person_in_one_household_become_one_and_the_wallet_is_untouched(
    anne: UUID, bruno: UUID, home: UUID
) -> None:
    for person in (anne, bruno):
        told(enter(home, person))
    before = points(home)
    told(actions.merge(anne, bruno, by=HUGO, reason="one person", at=NOW, programme=PROGRAMME))
    assert points(home) == before
    assert customers.by_subject(f"card:{CARDS[1]}") == anne
    assert [one.customer_id for one in people_of(home)] == [anne]
    sold = told(bought("T-1", CARDS[1]))
    assert (sold.customer_id, sold.member) == (home, anne)
    undone = unmerge(bruno, "two after all", by=HUGO, at=LATER)
    assert isinstance(undone, Separated), undone
    assert belonging_of(bruno) is None
    assert told(bought("T-2", CARDS[1], at=LATER)).customer_id == bruno


def test_a_record_from_outside_is_merged_into_somebody_in_an_account(
    anne: UUID, bruno: UUID, home: UUID
) -> None:
    told(enter(home, anne))
    before = points(home) + points(bruno)
    assert (
        refusal(actions.merge(bruno, anne, by=HUGO, reason="", at=NOW, programme=PROGRAMME))
        is RefusalCode.IN_ACCOUNT
    )
    told(actions.merge(anne, bruno, by=HUGO, reason="", at=NOW, programme=PROGRAMME))
    assert points(home) == before
    assert customers.follow(bruno) == anne
    assert told(bought("T-1", CARDS[1])).member == anne
    undone = unmerge(bruno, "", by=HUGO, at=LATER)
    assert isinstance(undone, Separated), undone
    assert told(bought("T-2", CARDS[1], at=LATER)).customer_id == bruno


def test_a_merger_from_before_is_undone_once_they_have_left(anne: UUID, bruno: UUID, home: UUID) -> None:
    told(actions.merge(anne, bruno, by=HUGO, reason="", at=NOW, programme=PROGRAMME))
    told(enter(home, anne))
    assert refusal(unmerge(bruno, "", by=HUGO, at=LATER)) is RefusalCode.IN_ACCOUNT
    told(leave(home, anne))
    assert isinstance(unmerge(bruno, "", by=HUGO, at=LATER), Separated)


# ---------------------------------------------------------------- what is personal, and erasure


def test_what_is_said_of_somebody_lies_under_their_own_key_and_goes_with_them(
    anne: UUID, bruno: UUID, home: UUID
) -> None:
    told(enter(home, anne))
    entered = told(enter(home, bruno))
    [one] = [entry for entry in queries.whole_history(home) if entry.seq == entered.seq]
    assert one.written == {"reason": "they live together"}
    bodies = rows("SELECT string_agg(body::text, ' ') FROM events_event")[0][0]
    assert "live together" not in bodies
    before = (points(home), len(queries.whole_history(home)))
    assert not isinstance(erase(bruno, HUGO, LATER), AccountNotEmpty)
    assert (points(home), len(queries.whole_history(home))) == (before[0], before[1] + 1)
    assert [one.customer_id for one in people_of(home)] == [anne]
    written = {entry.seq: entry.written for entry in queries.whole_history(home) if entry.written}
    assert written[entered.seq] == {"reason": None}
    assert isinstance(bought("T-9", CARDS[1], at=LATER), Told), "the card opens somebody new"
    assert told(bought("T-9", CARDS[1], at=LATER)).customer_id not in (home, bruno)


def test_a_persons_file_holds_what_they_did_in_an_account_and_nothing_of_the_others(
    anne: UUID, bruno: UUID, home: UUID
) -> None:
    for person in (anne, bruno):
        told(enter(home, person))
    hers, his = told(bought("T-1", CARDS[0])), told(bought("T-2", CARDS[1]))
    told(leave(home, bruno))

    def inside(person: UUID, name: str) -> Any:
        with zipfile.ZipFile(io.BytesIO(person_file(person, Language.EN, LATER))) as packed:
            return json.loads(packed.read(name))

    ids = {one["id"] for one in inside(bruno, "evenements.json")}
    assert his.key.id in ids
    assert hers.key.id not in ids
    moved = {(one["customer_id"], one["seq"]) for one in inside(bruno, "mouvements.json")}
    assert (str(home), his.seq) in moved
    assert (str(home), hers.seq) not in moved
    assert inside(bruno, "profil.json")["account"] is None
    assert inside(anne, "profil.json")["account"]["account_id"] == str(home)
    assert inside(anne, "compte.json")["customer_id"] == str(home)
    late_in_utc = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    with zipfile.ZipFile(io.BytesIO(person_file(anne, Language.FR, late_in_utc))) as packed:
        assert "2026-12-01" in packed.read("LISEZMOI.txt").decode(), (
            "the programme's day, as in everything else"
        )
    everything = {one["customer_id"] for one in inside(anne, "evenements.json")}
    assert everything == {str(anne), str(home)}


def test_an_account_is_erased_once_it_is_empty_and_the_last_one_takes_everything_along(
    anne: UUID, bruno: UUID, home: UUID
) -> None:
    told(enter(home, anne))
    assert erase(home, HUGO, LATER) == AccountNotEmpty(1)
    all_of_it = points(home)
    assert erase(anne, HUGO, LATER) is not None
    assert (points(home), points(anne)) == (0, all_of_it)
    assert erase(home, HUGO, LATER) is not None
    assert rows("SELECT last_name, search_name FROM customers_customer WHERE customer_id = %s", [home]) == [
        ("", "")
    ]
    assert isinstance(enter(home, bruno, LATER), UnknownCustomer)


def test_the_last_one_of_an_account_that_stands_still_is_erased_and_nothing_leaves_it(
    anne: UUID, home: UUID
) -> None:
    told(enter(home, anne))
    told(actions.suspend(home, "", by=HUGO, at=NOW, programme=PROGRAMME))
    assert refusal(leave(home, anne)) is RefusalCode.SUSPENDED
    assert erase(anne, HUGO, LATER) is not None
    assert points(anne) == 0
    assert rows("SELECT target = %s FROM ledger_posting WHERE customer_id = %s ORDER BY day DESC, seq DESC LIMIT 1",
                [Account.FORFEITED.value, home]) == [(True,)]  # fmt: skip


# ---------------------------------------------------------------- referral, birthdays, who finds them

BIRTHDAY = a_rule("{fixed: 50}", "trigger: activity", "activity: birthday", code="cake")
CLUB = (
    "accounts: {household: {}}\n"
    "referral: {referrer: {currency: points, units: 200}, referee: {currency: points, units: 100}}\n"
)


@pytest.fixture
def club(db: None) -> None:
    document = a_document(BASE, BIRTHDAY, more=CLUB)
    publish(document, to_yaml(document), at=IN_2026 - timedelta(days=60))


def joined(n: int, **data: Any) -> Told:
    profile = {"card": CARDS[n], "first_name": "A", "last_name": f"N{n}"} | data.pop("profile", {})
    incoming = happened(f"J-{n}", "Member Joined", f"card:{CARDS[n]}", IN_2026, profile=profile, **data)
    return told(actions.record(incoming, IN_2026, programme="club"))


def at_home(*people: UUID) -> UUID:
    answer = accounts.open_(AccountKind.HOUSEHOLD, "N", by=HUGO, at=IN_2026, programme="club")
    assert isinstance(answer, Opened), answer
    for person in people:
        subject = Subject("customer", str(person))
        told(accounts.enter(answer.account_id, subject, by=HUGO, at=IN_2026, programme="club"))
    return answer.account_id


def fault(outcome: Told) -> object:
    entry = queries.entry(outcome.customer_id, outcome.seq)
    assert entry is not None
    return entry.body.get("referral_fault")


def test_a_household_brings_nobody_who_shares_or_shared_it(club: None) -> None:
    """One wallet has one code; whoever gives the telephone of anybody in it is known again."""
    anne = joined(0, profile={"phone": "0612345678"}).customer_id
    lines = [{"sku": "s", "amount_minor": 100}]
    bought_once = happened("T-1", "Order Completed", f"card:{CARDS[1]}", IN_2026, lines=lines, ticket="T-1")
    bruno = told(actions.record(bought_once, IN_2026, programme="club")).customer_id
    home = at_home(anne, bruno)
    code = code_of(anne, IN_2026)
    assert code is not None
    assert code == code_of(home, IN_2026)
    assert fault(joined(2, referral_code=code, profile={"phone": "0612345678"})) == "same_phone"
    told(accounts.leave(home, bruno, by=HUGO, at=IN_2026, programme="club"))
    assert fault(joined(1, referral_code=code)) == "shared_account"


def test_a_birthday_is_everybodys_own_and_is_given_to_the_account(club: None) -> None:
    people = [joined(n, profile={"birth_date": f"1980-03-0{n + 3}"}).customer_id for n in (0, 1)]
    home = at_home(*people)
    for day, units in ((3, 50), (4, 100), (5, 100)):
        tell_anniversaries(IN_2026.replace(day=day))
        standing = queries.standing(home, IN_2026)
        assert standing is not None
        assert standing.available("points") == units
    born = rows("SELECT body ->> 'member' FROM events_event WHERE customer_id = %s AND type = %s",
                [home, EventType.ACTIVITY.value])  # fmt: skip
    assert born == [(str(one),) for one in people]


def test_a_store_knows_an_account_through_its_people_and_them_through_it(
    shop: Shop, anne: UUID, home: UUID
) -> None:
    told(enter(home, anne))
    assert queries.is_known_in_store(home, "317")
    told(bought("T-1", CARDS[0], store="401"))
    assert queries.is_known_in_store(anne, "401")
    found = {row.customer_id for row in queries.customers(CustomerFilter(known_in=("401",))).rows}
    assert found == {anne, home}


def test_every_side_is_on_its_own_time_line(anne: UUID, home: UUID) -> None:
    told(enter(home, anne))
    told(leave(home, anne))
    types = [[one.type for one in queries.whole_history(customer)] for customer in (home, anne)]
    assert types[0] == [EventType.ACCOUNT_OPENING, EventType.ADMISSION, EventType.DEPARTURE]
    assert types[1][-2:] == [EventType.ACCOUNT_ENTRY, EventType.ACCOUNT_EXIT]
