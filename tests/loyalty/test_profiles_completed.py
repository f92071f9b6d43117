"""A profile that becomes complete is noticed once, whoever wrote the last field and by whatever way."""

from pathlib import Path
from uuid import UUID

import psycopg

from assidu.customers.actions import write_profile
from assidu.customers.queries import by_subject
from assidu.customers.types import Profile, ProfileRecord
from assidu.foundation.database import Database
from assidu.foundation.sql import rows
from assidu.loyalty.explain import explain
from assidu.loyalty.plans import publish
from assidu.loyalty.profiles_completed import tell_completed_profiles
from assidu.loyalty.queries import current_book
from assidu.loyalty.rebuild import verify
from assidu.loyalty.recorded import customers_in_groups
from assidu.plans.wording import Language
from assidu.plans.writing import to_yaml
from assidu.simulation.as_decided import replay_as_decided
from builders.documents import BASE, a_document, a_rule
from builders.imports import NOW, event, events_file, joined, sale, take

COMPLETE = ("trigger: activity", "activity: profile-completed", "profile: [birth_date, email]")


def test_the_last_field_is_noticed_once_by_whatever_way_it_came(assidu_db: Database, tmp_path: Path) -> None:
    without = a_document(BASE, a_rule("{fixed: 30}", *COMPLETE[:2], code="profile"))
    publish(without, to_yaml(without), at=NOW)
    whole = {"birth_date": "1980-03-01", "email": "a@exemple.fr"}
    joins = [
        event("Member Joined", f"join-{card}", "2026-02-10T10:00:00Z", f"card:{card}", store="1", channel="store",
              profile={"card": card} | profile)
        for card, profile in (("2990001", whole), ("2990002", {"birth_date": "1980-03-01"}), ("2990003", {}))
    ]  # fmt: skip
    take(assidu_db, [events_file(tmp_path / "a.jsonl", *joins)], catches_up=False)
    assert tell_completed_profiles(NOW) == 0, "the rule names no fields"

    document = a_document(BASE, a_rule("{fixed: 30}", *COMPLETE, code="profile"))
    publish(document, to_yaml(document), at=NOW)
    assert (tell_completed_profiles(NOW), tell_completed_profiles(NOW)) == (1, 0)
    # On a screen or by an import; one who is emptied and filled again was told of already.
    second, first = by_subject("card:2990002"), by_subject("card:2990001")
    write_profile(ProfileRecord(Profile(email="b@exemple.fr"), "test", subject=second), NOW)  # type: ignore[arg-type]
    write_profile(ProfileRecord(Profile(email=""), "test", subject=first), NOW)  # type: ignore[arg-type]
    assert tell_completed_profiles(NOW) == 1
    write_profile(ProfileRecord(Profile(email="c@exemple.fr"), "test", subject=first), NOW)  # type: ignore[arg-type]
    assert tell_completed_profiles(NOW) == 0
    with psycopg.connect(assidu_db.url) as connection:
        [(posted,)] = connection.execute("SELECT sum(posted) FROM ledger_balance").fetchall()
    assert posted == 60


def test_of_what_a_survey_told_the_answers_that_the_programme_asks_for_are_kept_and_no_others(
    assidu_db: Database, tmp_path: Path
) -> None:
    document = a_document(
        BASE,
        a_rule("{fixed: 40}", "when: {audiences: [green]}", code="green"),
        more="audiences: [{code: green, name: {fr: verts, en: green}, answered: {question: diet, answers: [vegan]}}]\n",
    )
    publish(document, to_yaml(document), at=NOW)

    def survey(id_: str, time: str, **answers: object) -> dict[str, object]:
        return event(
            "Activity Recorded", id_, time, "card:2990001", activity="survey-answered", answers=answers
        )

    told = [
        joined("2990001", "2026-02-01T10:00:00Z"),
        sale("s-1", "2026-02-02T10:00:00Z", "card:2990001", 1000),
        survey("a-1", "2026-02-03T10:00:00Z", diet=["vegan", "I eat at my mother's"], income="9 000 €"),
        sale("s-2", "2026-02-04T10:00:00Z", "card:2990001", 1000),
        survey("a-2", "2026-02-05T10:00:00Z", diet="no longer"),
        sale("s-3", "2026-02-06T10:00:00Z", "card:2990001", 1000),
    ]
    report = take(assidu_db, [events_file(tmp_path / "a.jsonl", *told)], catches_up=False)
    assert (report.recorded, dict(report.set_aside)) == (6, {})
    assert rows("SELECT body -> 'answers' FROM events_event WHERE body ? 'answers' ORDER BY seq") == [
        ('{"diet": ["vegan"]}',), ('{"diet": []}',),
    ]  # fmt: skip
    assert rows("SELECT posted FROM ledger_balance WHERE currency = 'points'") == [(3 * 10 + 40,)]
    assert verify(assidu_db.url, processes=1).differences == 0
    book = current_book("club")
    assert book is not None
    with psycopg.connect(assidu_db.url) as connection:
        assert replay_as_decided(connection, book, customers_in_groups(connection)).differences == {}
    customer = by_subject("card:2990001")
    assert isinstance(customer, UUID)
    said = explain(customer, 3, Language.EN)
    assert said is not None
    assert any("Entered the audience “green”" in one for one in said.sentences)
