"""Bringing others, through the door: codes, who counts as somebody else, and rewards that are decided exactly once."""

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from assidu.customers import actions as customers
from assidu.decisions.state import ReferralStep
from assidu.events.wire import Incoming, parse_one
from assidu.foundation.database import Database
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.sql import rows
from assidu.loyalty import actions, queries
from assidu.loyalty.due import run_due
from assidu.loyalty.emissions import decide_emissions
from assidu.loyalty.entries import Told
from assidu.loyalty.explain import explain
from assidu.loyalty.life_wording import told_to_member
from assidu.loyalty.person_file import person_file
from assidu.loyalty.plans import publish
from assidu.loyalty.rebuild import verify
from assidu.loyalty.referral import CODE_LENGTH, CODE_LETTERS, code_of, referral_standing
from assidu.plans.wording import Language
from builders.documents import a_document

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
OPENED = datetime(2025, 12, 1, tzinfo=UTC)
POLICY = (
    "referral: {referrer: {currency: points, units: 200}, referee: {currency: points, units: 100}, "
    "when: {first_purchase_at_least: 20.00, kept_for: {days: 14}}, at_most: {limit: 2, per: year}}\n"
)
HOME = {"address": "12, rue de l'Œillet", "postcode": "29200", "last_name": "Béré"}


@pytest.fixture
def club(db: None) -> None:
    publish(a_document(more=POLICY), "", at=OPENED)


def joining(id_: str, subject: str, at: datetime = NOW, **data: Any) -> Incoming:
    return event(id_, "Member Joined", subject, at, **data)


def event(id_: str, type_: str, subject: str, at: datetime = NOW, **data: Any) -> Incoming:
    return parse_one(
        {
            "specversion": "1.0",
            "id": id_,
            "source": "site",
            "type": type_,
            "time": at.isoformat(),
            "subject": subject,
            "data": data,
        }
    )


def told(incoming: Incoming, at: datetime = NOW) -> Told:
    outcome = actions.record(incoming, at, programme="club")
    assert isinstance(outcome, Told), outcome
    return outcome


def sale(id_: str, subject: str, at: datetime, amount: int = 3000) -> Incoming:
    lines = [{"sku": "s", "amount_minor": amount, "department": "grocery"}]
    return event(id_, "Order Completed", subject, at, lines=lines, store="1", channel="store", ticket=id_)


@pytest.fixture
def anne(club: None) -> UUID:
    profile = {"email": "anne.bere@gmail.com", "phone": "0612345678", "card": "2990000000012", **HOME}
    return told(
        joining(
            "anne", "email:anne.bere@gmail.com", OPENED + timedelta(days=40), profile=profile, device="d-1"
        )
    ).customer_id


@pytest.fixture
def code(anne: UUID) -> str:
    found = code_of(anne, NOW)
    assert found is not None
    return found


def fault(outcome: Told) -> str:
    entry = queries.entry(outcome.customer_id, outcome.seq)
    assert entry is not None
    return str(entry.body.get("referral_fault", ""))


def points(customer_id: UUID, at: datetime = NOW) -> int:
    standing = queries.standing(customer_id, at)
    assert standing is not None
    return standing.available("points")


def test_a_code_is_short_read_without_doubt_and_always_the_same(anne: UUID, code: str) -> None:
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_LETTERS)
    assert code_of(anne, NOW) == code
    assert code_of(UUID(int=1), NOW) is None, "nobody, or no member"


def test_a_newcomer_by_a_code_is_followed_and_both_are_rewarded(anne: UUID, code: str) -> None:
    spoken = f" {code[:3].lower()}-{code[3:]} "
    bruno = told(joining("b", "email:bruno@example.org", referral_code=spoken)).customer_id
    told(sale("t", "email:bruno@example.org", NOW))
    later = NOW + timedelta(days=20)
    run_due(later)
    assert points(bruno, later) == 130
    assert points(anne, later) == 0, "decided in her own sequence, in its turn"
    assert decide_emissions(later) == 1
    assert points(anne, later) == 200
    assert decide_emissions(later) == 0
    standing = referral_standing(anne)
    assert (standing.brought, standing.rewarded, standing.code) == (1, 1, code)
    assert referral_standing(bruno).step is ReferralStep.KEPT
    assert rows("SELECT outcome, decided_at IS NOT NULL FROM loyalty_emission") == [("", True)]


def test_nobody_is_named_on_either_time_line(anne: UUID, code: str) -> None:
    bruno = told(joining("b", "email:bruno@example.org", referral_code=code)).customer_id
    told(sale("t", "email:bruno@example.org", NOW))
    later = NOW + timedelta(days=20)
    run_due(later)
    decide_emissions(later)
    for customer, other in ((anne, bruno), (bruno, anne)):
        seqs = rows("SELECT seq FROM events_event WHERE customer_id = %s ORDER BY seq", [customer])
        said = []
        for (seq,) in seqs:
            explained = explain(customer, seq, Language.FR)
            assert explained is not None
            assert explained.is_same, explained.differing
            said += [*explained.sentences, *(one.sentence for one in explained.reasons)]
        assert str(other) not in " ".join(said)
        assert "arrain" in " ".join(said) or "venue par le code" in " ".join(said)
    reasons = explain(anne, 2, Language.FR)
    assert reasons is not None
    assert [one.sentence for one in reasons.reasons] == ["Parrainage\xa0: 200 points"]


@pytest.mark.parametrize(
    ("subject", "data", "why"),
    [
        ("email:annebere+two@googlemail.com", {}, "same_email"),
        ("card:2990000000777", {"profile": {"email": "a.n.n.e.bere@gmail.com"}}, "same_email"),
        ("email:other@example.org", {"profile": {"phone": "+33 6 12 34 56 78"}}, "same_phone"),
        ("email:other@example.org", {"profile": {"card": "299 0000 000012"}}, "same_card"),
        ("email:other@example.org", {"device": "d-1"}, "same_device"),
        (
            "email:other@example.org",
            {"profile": {"last_name": "BERE", "address": "12 Rue de l Oeillet", "postcode": "29 200"}},
            "same_household",
        ),
        ("email:other@example.org", {"referral_code": "AAAAAAAAA"}, "unknown_code"),
    ],
)
def test_who_brings_themselves_joins_all_the_same_and_the_referral_is_refused(
    code: str, subject: str, data: dict[str, Any], why: str
) -> None:
    outcome = told(joining("b", subject, **({"referral_code": code} | data)))
    assert fault(outcome) == why
    assert outcome.state.referral is None
    explained = explain(outcome.customer_id, outcome.seq, Language.EN)
    assert explained is not None
    assert any("Referral refused" in said for said in explained.sentences)


def test_a_device_on_which_somebody_was_brought_brings_nobody_else(code: str) -> None:
    first = joining("b", "email:bruno@example.org", referral_code=code, device="d-2")
    assert fault(told(first)) == ""
    assert fault(told(joining("free", "email:denis@example.org", device="d-3"))) == ""
    assert fault(told(joining("d", "email:dora@example.org", referral_code=code, device="d-3"))) == ""
    second = told(joining("c", "email:chloe@example.org", referral_code=code, device="d-2"))
    assert (fault(second), second.state.referral) == ("device_served", None)
    explained = explain(second.customer_id, second.seq, Language.EN)
    assert explained is not None
    assert "Referral refused: somebody else was brought on the same device." in explained.sentences
    assert told(first).state.referral is not None, "told again it is the same"
    # Nor of two who are recorded together, of whom the first is not written down yet.
    shoppers = [told(sale(f"s-{n}", f"email:{n}@example.org", NOW)).customer_id for n in ("eric", "fanny")]
    both = [joining(f"j-{one}", f"customer:{one}", referral_code=code, device="d-4") for one in shoppers]
    outcomes = actions.record_together(both, NOW, programme="club")
    assert [fault(one) for one in outcomes if isinstance(one, Told)] == ["", "device_served"]


def test_whoever_is_refused_is_told_nothing_of_others(code: str) -> None:
    outcome = told(joining("b", "email:annebere+two@gmail.com", referral_code=code))
    explained = explain(outcome.customer_id, outcome.seq, Language.EN)
    assert explained is not None
    shown = told_to_member(explained.entry.event, explained.sentences, Language.EN)
    assert "The referral code could not be counted." in shown
    assert not any("mailbox" in sentence for sentence in shown)
    content = zipfile.ZipFile(io.BytesIO(person_file(outcome.customer_id, Language.EN, NOW)))
    everything = " ".join(content.read(name).decode() for name in content.namelist())
    assert "same_email" not in everything
    assert "mailbox" not in everything


@pytest.mark.parametrize(
    "profile",
    [
        {"last_name": "Béré", "address": "14, rue de l'Œillet", "postcode": "29200"},
        {"last_name": "Lebras", "address": "12, rue de l'Œillet", "postcode": "29200"},
        {"last_name": "Béré"},
        {"email": "annie.bere@gmail.com"},
    ],
)
def test_a_neighbour_or_a_namesake_is_somebody_else(code: str, profile: dict[str, Any]) -> None:
    outcome = told(joining("b", "card:2990000000777", referral_code=code, profile=profile))
    assert fault(outcome) == ""
    assert outcome.state.referral is not None


def test_what_a_device_is_called_is_kept_nowhere(anne: UUID) -> None:
    [(body, lookup)] = rows(
        "SELECT e.body::text, d.lookup FROM events_event AS e JOIN customers_device AS d USING (customer_id) "
        "WHERE e.customer_id = %s",
        [anne],
    )
    assert "d-1" not in body
    assert len(bytes(lookup)) == 32
    customers.erase(anne, COMMAND_LINE, NOW)
    assert rows("SELECT count(*) FROM customers_device") == [(0,)]


def test_the_code_of_somebody_who_left_or_was_erased_counts_for_nothing(anne: UUID, code: str) -> None:
    customers.erase(anne, COMMAND_LINE, NOW)
    assert fault(told(joining("b", "email:b@example.org", referral_code=code))) == "unknown_code"


def test_the_same_joining_sent_again_is_the_same(code: str) -> None:
    first = told(joining("b", "email:b@example.org", referral_code=code))
    again = told(joining("b", "email:b@example.org", referral_code=code))
    assert (first.is_new, again.is_new) == (True, False)


def test_trying_a_joining_tells_the_same_and_writes_nothing(code: str) -> None:
    before = rows("SELECT count(*) FROM customers_customer")
    incoming = joining("b", "email:annebere+x@gmail.com", referral_code=code)
    outcome = actions.evaluate(incoming, NOW, programme="club")
    assert isinstance(outcome, Told)
    assert outcome.state.referral is None
    assert rows("SELECT count(*) FROM customers_customer") == before


def test_a_referrer_merged_since_is_rewarded_as_the_survivor(anne: UUID, code: str) -> None:
    told(joining("b", "email:bruno@example.org", referral_code=code))
    told(sale("t", "email:bruno@example.org", NOW))
    other = told(joining("o", "card:2990000000999")).customer_id
    actions.merge(other, anne, by=COMMAND_LINE, reason="one person", at=NOW, programme="club")
    later = NOW + timedelta(days=20)
    run_due(later)
    assert decide_emissions(later) == 1
    assert points(other, later) == 200


# ---------------------------------------------------------------- exactly once

REFEREES = 40
TICK = """
import time
import django
django.setup()
from assidu.loyalty import emissions
from datetime import datetime
one_by_one = emissions._decide_next
def unhurried(now):
    time.sleep({pause})
    return one_by_one(now)
emissions._decide_next = unhurried
emissions.decide_emissions(datetime.fromisoformat("{now}"))
"""


@pytest.fixture
def brought(assidu_db: Database) -> tuple[UUID, datetime]:
    """A member whose forty newcomers have bought and kept it, at the moment when all of it is to be decided."""
    publish(a_document(more=POLICY.replace("limit: 2", "limit: 1000")), "", at=OPENED)
    referrer = told(joining("anne", "email:anne@example.org", NOW)).customer_id
    found = code_of(referrer, NOW)
    for n in range(REFEREES):
        told(joining(f"j{n}", f"email:n{n}@example.org", referral_code=found))
        told(sale(f"t{n}", f"email:n{n}@example.org", NOW))
    later = NOW + timedelta(days=20)
    run_due(later)
    return referrer, later


def decided() -> int:
    [(count,)] = rows("SELECT count(*) FROM loyalty_emission WHERE decided_at IS NOT NULL")
    return int(count)


def test_killed_while_it_decides_what_is_emitted_is_decided_once(
    assidu_db: Database, brought: tuple[UUID, datetime]
) -> None:
    referrer, later = brought
    environment = os.environ | {"ASSIDU_DATABASE_URL": assidu_db.url}
    program = [sys.executable, "-c", TICK.format(now=later.isoformat(), pause=0.02)]
    process = subprocess.Popen(program, env=environment)
    deadline = time.monotonic() + 60
    while (before := decided()) < 3:
        assert process.poll() is None, "it was over before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    # It is held up in the middle of one, and killed there.
    with psycopg.connect(assidu_db.url) as somebody:
        somebody.execute("SELECT 1 FROM loyalty_lock(%s)", [[referrer]])
        before = decided()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert 3 <= before < REFEREES
    assert decide_emissions(later) == REFEREES - before
    assert points(referrer, later) == 200 * REFEREES
    assert referral_standing(referrer).rewarded == REFEREES
    assert verify(assidu_db.url).found == []


def test_two_servers_share_what_is_emitted_and_decide_each_once(
    assidu_db: Database, brought: tuple[UUID, datetime]
) -> None:
    referrer, later = brought
    environment = os.environ | {"ASSIDU_DATABASE_URL": assidu_db.url}
    program = [sys.executable, "-c", TICK.format(now=later.isoformat(), pause=0)]
    servers = [subprocess.Popen(program, env=environment) for _ in range(2)]
    assert [server.wait(timeout=120) for server in servers] == [0, 0]
    decide_emissions(later)
    assert points(referrer, later) == 200 * REFEREES
    assert decided() == REFEREES
