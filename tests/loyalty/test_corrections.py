"""Above the programme's limit, one asks for a correction or a transfer and another person decides on it."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.test import Client

from assidu.cli.main import run
from assidu.customers.actions import erase
from assidu.decisions.correcting import needs_another
from assidu.decisions.decision import RefusalCode, Refused
from assidu.decisions.state import AccountKind
from assidu.events.types import CorrectionReason
from assidu.events.wire import Subject
from assidu.foundation.database import Database
from assidu.foundation.ids import new_id
from assidu.foundation.people import actions as people
from assidu.foundation.people.queries import audit_trail
from assidu.foundation.people.types import COMMAND_LINE, Actor, Person
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import rows
from assidu.loyalty import accounts, actions, corrections
from assidu.loyalty.accounts import Opened
from assidu.loyalty.corrections import Asked, AskedOtherwise, NoLongerWaiting, NotTheirs
from assidu.loyalty.entries import Outcome, Told
from assidu.loyalty.plans import publish
from assidu.loyalty.queries import current_book
from assidu.plans.check import examine
from backoffice.test_pages import sign_in
from builders.documents import a_programme
from builders.programs import Program

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
ANNE, HUGO = Actor(person_id=UUID(int=8)), Actor(person_id=UUID(int=9))


CARD, OTHER_CARD = "2990000000012", "2990000000029"


def a_member(card: str) -> UUID:
    told = actions.join(
        Subject("card", card), store="1", channel="store", terms_version="", profile=None, at=NOW,
        programme="club",
    )  # fmt: skip
    assert isinstance(told, Told)
    return told.customer_id


@pytest.fixture
def customer(assidu_db: Database) -> UUID:
    text = a_programme(more="second_person_above: 5.00\naccounts: {household: {}}\n").replace(
        "pays: true", "pays: true\n    transfers: {}"
    )
    document = examine(text).document
    assert document is not None
    publish(document, text, at=NOW)
    return a_member(CARD)


@pytest.fixture
def other(customer: UUID) -> UUID:
    """Somebody to give to; whoever gives has 2,000 points."""
    actions.correct(
        customer, "points", 2000, "", by=ANNE, at=NOW, programme="club", is_seconded=True
    )  # fmt: skip
    return a_member(OTHER_CARD)


def give(
    giver: UUID, receiver: UUID, quantity: int, form: UUID | None = None, by: Actor = ANNE
) -> Outcome | Asked:
    return corrections.transfer(
        giver, receiver, "points", quantity, "she is my sister", by=by, at=NOW, programme="club",
        form=form or new_id(NOW),
    )  # fmt: skip


def balance(customer: UUID) -> int:
    return sum(row[0] for row in rows("SELECT posted FROM ledger_balance WHERE customer_id = %s", [customer]))


def ask(customer: UUID, quantity: int = 900, id_: UUID | None = None) -> UUID:
    correction = id_ or new_id(NOW)
    corrections.ask(
        correction, customer, "points", quantity, "said on the telephone", CorrectionReason.GOODWILL,
        by=ANNE, at=NOW, programme="club",
    )  # fmt: skip
    return correction


def points() -> int:
    return sum(row[0] for row in rows("SELECT posted FROM ledger_balance"))


def test_the_limit_is_one_of_worth(customer: UUID) -> None:
    book = current_book("club")
    assert book is not None
    plan = book.at(NOW)
    assert not needs_another(plan, "points", 500)
    assert needs_another(plan, "points", 501)
    assert needs_another(plan, "points", -501)


def test_another_person_approves_and_it_is_written_in_the_name_of_who_asked(customer: UUID) -> None:
    correction = ask(customer)
    ask(customer, id_=correction)  # the same form, sent twice
    (waiting,) = corrections.waiting("club", customer)
    assert (waiting.quantity, waiting.reason) == (900, "said on the telephone")
    assert points() == 0
    with pytest.raises(NotTheirs):
        corrections.decide(correction, is_approved=True, by=ANNE, at=NOW)
    assert isinstance(corrections.decide(correction, is_approved=True, by=HUGO, at=NOW), Told)
    assert (points(), corrections.waiting("club")) == (900, [])
    with pytest.raises(NoLongerWaiting):
        corrections.decide(correction, is_approved=True, by=HUGO, at=NOW)
    assert points() == 900


def test_what_is_refused_writes_nothing(customer: UUID) -> None:
    assert corrections.decide(ask(customer), is_approved=False, by=HUGO, at=NOW) is None
    assert (points(), corrections.waiting("club")) == (0, [])


def test_what_the_balance_does_not_allow_keeps_waiting(customer: UUID) -> None:
    correction = ask(customer, -900)
    outcome = corrections.decide(correction, is_approved=True, by=HUGO, at=NOW)
    assert isinstance(outcome, Refused)
    assert outcome.code is RefusalCode.INSUFFICIENT_BALANCE
    assert [one.id for one in corrections.waiting("club")] == [correction]


def test_what_was_written_about_somebody_is_gone_once_they_are_erased(customer: UUID) -> None:
    ask(customer)
    erase(customer, HUGO, NOW)
    assert [one.reason for one in corrections.waiting("club")] == [""]


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("SET is_approved = true, decided_by = asked_by, decided_at = now()", "decided_by_another"),
        ("SET quantity = 9999", "decided_once"),
        ("SET receiver_id = gen_random_uuid()", "decided_once"),
        ("SET is_approved = true", "decided_whole"),
        ("SET asked_key = gen_random_uuid()", "decided_once"),
    ],
)
def test_the_database_keeps_the_rule(
    customer: UUID, assidu_db: Database, statement: str, constraint: str
) -> None:
    ask(customer)
    with psycopg.connect(assidu_db.url) as server, pytest.raises(psycopg.errors.CheckViolation) as refused:
        server.execute(f"UPDATE loyalty_correction {statement}")
    assert refused.value.diag.constraint_name == constraint


# ---------------------------------------------------------------- transfers


def a_program_of(name: str) -> Program:
    """What somebody of the customer service connects."""
    person = people.create_person(
        f"{name}@example.org", name, ["service"], COMMAND_LINE, password="Tr0ub4dor&3-x"
    )
    assert isinstance(person, Person)
    made = people.create_key("crm", ["corrections:write", "customers:write"], Actor(person_id=person.id))
    assert isinstance(made, tuple), made
    return Program(made[1])


def post(program: Program, address: str, **body: object) -> Any:
    return program.post(address, json.dumps(body))


def test_a_transfer_within_the_limit_is_given_at_once_and_above_it_waits(customer: UUID, other: UUID) -> None:
    assert isinstance(give(customer, other, 500), Told)
    assert (balance(customer), balance(other)) == (1500, 500)
    form = UUID(int=501)
    assert give(customer, other, 501, form) == give(customer, other, 501, form) == Asked(form)
    (waiting,) = corrections.waiting("club")
    assert (waiting.customer_id, waiting.receiver_id, waiting.quantity) == (customer, other, 501)
    assert waiting.reason == "she is my sister"
    assert (balance(customer), balance(other)) == (1500, 500)
    with pytest.raises(AskedOtherwise):
        give(customer, other, 502, form)


def test_a_transfer_is_given_in_the_name_of_who_asked_once_another_person_agrees(
    customer: UUID, other: UUID
) -> None:
    form = UUID(int=900)
    give(customer, other, 900, form)
    with pytest.raises(NotTheirs):
        corrections.decide(form, is_approved=True, by=ANNE, at=NOW)
    assert isinstance(corrections.decide(form, is_approved=True, by=HUGO, at=NOW), Told)
    assert (balance(customer), balance(other)) == (1100, 900)
    again = give(customer, other, 900, form)
    assert isinstance(again, Told)
    assert not again.is_new
    assert (balance(customer), balance(other)) == (1100, 900)
    assert rows("SELECT body ->> 'by' FROM events_event WHERE type = 'Balance Transferred'") == [
        (str(ANNE.person_id),)
    ]
    assert [one.action for one in audit_trail(search=str(customer)).entries][:2] == [
        "transfer.approved", "transfer.asked",
    ]  # fmt: skip


def test_what_somebody_in_a_household_is_given_waits_as_well_and_is_the_households(
    customer: UUID, other: UUID
) -> None:
    home = accounts.open_(AccountKind.HOUSEHOLD, "Béraud", by=ANNE, at=NOW, programme="club")
    assert isinstance(home, Opened)
    accounts.enter(home.account_id, Subject("card", OTHER_CARD), "", by=ANNE, at=NOW, programme="club")
    form = UUID(int=901)
    assert give(customer, other, 900, form) == Asked(form)
    assert isinstance(corrections.decide(form, is_approved=True, by=HUGO, at=NOW), Told)
    assert (balance(customer), balance(other), balance(home.account_id)) == (1100, 0, 900)
    assert rows(
        "SELECT customer_id, body ->> 'member' FROM events_event WHERE type = 'Balance Received'"
    ) == [(home.account_id, str(other))]


def test_what_one_gives_to_oneself_is_refused_whatever_it_is_worth(customer: UUID, other: UUID) -> None:
    outcome = give(customer, customer, 900)
    assert isinstance(outcome, Refused)
    assert outcome.code is RefusalCode.SAME_CUSTOMER


def test_nothing_above_the_limit_gets_in_by_another_door(customer: UUID, other: UUID) -> None:
    for outcome in (
        actions.correct(customer, "points", 501, "", by=ANNE, at=NOW, programme="club"),
        actions.transfer(
            customer,
            Subject("card", OTHER_CARD),
            "points",
            501,
            "",
            by=COMMAND_LINE,
            at=NOW,
            programme="club",
        ),
    ):
        assert isinstance(outcome, Refused)
        assert outcome.code is RefusalCode.SECOND_PERSON_NEEDED


def test_over_the_api_a_key_asks_and_the_key_of_another_person_decides(customer: UUID, other: UUID) -> None:
    asking, deciding = (a_program_of(name) for name in ("anne", "hugo"))
    address = f"/v1/customers/{customer}/transfers"
    given = post(asking, address, to=f"card:{OTHER_CARD}", currency="points", quantity=500)
    assert (given.status_code, given.json()["status"]) == (200, "written")
    asked = post(asking, address, to=f"card:{OTHER_CARD}", currency="points", quantity=501)
    assert (asked.status_code, asked.json()["status"]) == (202, "waiting")
    more = post(asking, f"/v1/customers/{customer}/corrections", currency="points", quantity=-501)
    assert more.status_code == 202
    listed = deciding.get("/v1/corrections").json()["corrections"]
    assert [(one["to"], one["quantity"]) for one in listed] == [(str(other), 501), (None, -501)]
    decision = f"/v1/corrections/{asked.json()['id']}/decision"
    assert post(asking, decision, is_approved=True).json()["code"] == "own_work"
    assert post(deciding, decision, is_approved=True).json()["status"] == "written"
    assert post(deciding, decision, is_approved=True).json()["code"] == "not_waiting"
    refused = post(deciding, f"/v1/corrections/{more.json()['id']}/decision", is_approved=False)
    assert refused.json()["status"] == "refused"
    assert (balance(customer), balance(other)) == (999, 1001)


def test_at_the_terminal_a_transfer_waits_and_is_listed(
    customer: UUID,
    other: UUID,
    assidu_db: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in (("URL", assidu_db.url), ("OWNER_URL", assidu_db.owner_url)):
        monkeypatch.setenv(f"ASSIDU_DATABASE_{name}", value)
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    current_settings.cache_clear()
    words = [
        "customer",
        "transfer",
        f"card:{CARD}",
        f"card:{OTHER_CARD}",
        "501",
        "--reason",
        "sister",
        "--json",
    ]
    assert run(words) == 0
    answered = json.loads(capsys.readouterr().out)
    assert answered["status"] == "waiting"
    assert run(["corrections", "list", "--json"]) == 0
    (waiting,) = json.loads(capsys.readouterr().out)["waiting"]
    assert (waiting["id"], waiting["asked_by"], waiting["asked_key"]) == (answered["id"], None, None)
    assert run(["corrections", "approve", answered["id"], "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "own_work"
    assert isinstance(corrections.decide(UUID(answered["id"]), is_approved=True, by=HUGO, at=NOW), Told)
    assert balance(other) == 501
    for verb, asked, balance_then in (("approve", ask(customer), 2399), ("refuse", ask(customer), 2399)):
        assert run(["corrections", verb, str(asked), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["id"] == str(asked)
        assert balance(customer) == balance_then
    assert audit_trail(action="correction.refused").entries[0].via == "command"
    assert run(["corrections", "refuse", str(asked), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_waiting"
    monkeypatch.undo()
    current_settings.cache_clear()


def test_two_people_give_on_the_screen(
    customer: UUID, other: UUID, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    sign_in(client, "service")
    form = {
        "event": str(UUID(int=7)), "other": str(other), "currency": "points", "quantity": "501", "reason": "sister",
    }  # fmt: skip
    assert client.post(f"/customers/{customer}/transfer/", form).status_code == 302
    page = client.get("/corrections/").content.decode()
    assert f'href="/customers/{other}/"' in page
    decides = f'action="/corrections/{UUID(int=7)}/"'
    assert decides not in page, "not by who asked"
    colleague = sign_in(Client(), "service", "data")
    assert decides in colleague.get("/corrections/").content.decode()
    colleague.post(f"/corrections/{UUID(int=7)}/", {"answer": "yes"})
    assert (balance(customer), balance(other)) == (1499, 501)
