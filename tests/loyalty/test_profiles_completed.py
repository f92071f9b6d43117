"""A profile that becomes complete is noticed once, whoever wrote the last field and by whatever way."""

from pathlib import Path

import psycopg

from assidu.customers.actions import write_profile
from assidu.customers.queries import by_subject
from assidu.customers.types import Profile, ProfileRecord
from assidu.foundation.database import Database
from assidu.loyalty.plans import publish
from assidu.loyalty.profiles_completed import tell_completed_profiles
from assidu.plans.writing import to_yaml
from builders.documents import BASE, a_document, a_rule
from builders.imports import NOW, event, events_file, take

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
