"""Who somebody is: written from several sources, found again, never told to whoever did not ask."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from assidu.customers import actions, queries
from assidu.customers.identifiers import lookup, normalise, parse_subject, search_name, words_of
from assidu.customers.types import (
    Fault,
    FoundBy,
    Identifier,
    IdentifierKind,
    NotAnIdentifier,
    Profile,
    ProfileRecord,
    Written,
)
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.settings import current_settings

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
MARIE = Profile(
    first_name="Marie-Hélène",
    last_name="Lœuillet",
    card="2990000000012",
    phone="06 39 98 12 34",
    email="Marie.Loeuillet@Exemple.fr",
    address="3 rue des Lilas",
    postcode="69003",
    town="Lyon",
    language="fr",
    store="317",
    birth_date=date(1984, 5, 12),
)


def write(*profiles: Profile, source: str = "crm") -> list[Written]:
    return actions.write_profiles([ProfileRecord(profile, source) for profile in profiles], NOW)


@pytest.mark.parametrize(
    ("kind", "writings"),
    [
        (
            IdentifierKind.PHONE,
            ["0639981234", "06 39 98 12 34", "+33 6 39 98 12 34", "0033639981234", "06.39.98.12.34"],
        ),
        (IdentifierKind.EMAIL, ["Marie.Loeuillet@exemple.fr", " marie.loeuillet@EXEMPLE.FR "]),
        (IdentifierKind.CARD, ["2990000000012", "2990 0000 00012", "2990-000000012"]),
    ],
)
def test_two_writings_of_one_identifier_are_one(kind: IdentifierKind, writings: list[str]) -> None:
    assert len({normalise(kind, writing) for writing in writings}) == 1


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        ("card:", Fault.NOT_A_CARD),
        ("card:12\x0034567", Fault.NOT_A_CARD),
        ("phone:hello", Fault.NOT_A_PHONE),
        ("email:nobody", Fault.NOT_AN_EMAIL),
        ("external:shop", Fault.NOT_AN_EXTERNAL_ID),
        ("customer:12", Fault.NOT_A_CUSTOMER_ID),
        ("passport:12", Fault.UNKNOWN_KIND),
        ("", Fault.UNKNOWN_KIND),
        ("card:" + "9" * 400, Fault.NOT_A_CARD),
    ],
)
def test_what_is_no_identifier_is_refused_by_a_code(subject: str, fault: Fault) -> None:
    assert parse_subject(subject) == NotAnIdentifier(fault)


def test_names_are_compared_without_accents_hyphens_or_capitals() -> None:
    assert search_name("Lœuillet", "Marie-Hélène") == "loeuillet marie helene"
    assert words_of("  L'Ære  ÉTÉ ") == ["l", "aere", "ete"]


@pytest.mark.django_db
def test_a_customer_is_found_by_everything_that_names_them() -> None:
    [written] = write(MARIE)
    assert written.is_new
    found = {
        text: [(one.customer_id, one.found_by) for one in queries.search(text)]
        for text in (
            "2990 0000 00012",
            "06.39.98.12.34",
            "MARIE.loeuillet@exemple.fr",
            "loeuil",
            "marie lœ",
            "helene",
        )
    }
    assert found["2990 0000 00012"] == [(written.customer_id, FoundBy.CARD)]
    assert found["06.39.98.12.34"] == [(written.customer_id, FoundBy.PHONE)]
    assert found["MARIE.loeuillet@exemple.fr"] == [(written.customer_id, FoundBy.EMAIL)]
    assert found["loeuil"] == found["marie lœ"] == found["helene"] == [(written.customer_id, FoundBy.NAME)]
    assert queries.search("dupont") == queries.search("' & | !") == []
    assert queries.search(str(written.customer_id))[0].found_by is FoundBy.ID


@pytest.mark.django_db
def test_contact_details_are_sealed_and_opened_only_on_demand() -> None:
    [written] = write(MARIE)
    assert written.customer_id
    assert queries.customer(written.customer_id).contact is None  # type: ignore[union-attr]
    opened = queries.customer(written.customer_id, with_contact=True)
    assert opened
    assert opened.contact
    assert opened.contact.phone == "+33639981234"
    assert opened.contact.cards == ("2990000000012",)
    assert "Lœuillet" in opened.name
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_jsonb(c)::text, to_jsonb(i)::text FROM customers_customer c, customers_identifier i"
        )
        stored = " ".join(text for row in cursor.fetchall() for text in row)
    assert "639981234" not in stored
    assert "Lilas" not in stored
    assert "exemple.fr" not in stored


@pytest.mark.django_db
def test_a_later_message_adds_and_replaces_and_what_it_does_not_say_stays() -> None:
    [first] = write(MARIE)
    [again] = write(Profile(card="2990000000012", phone="0639985678", town="Villeurbanne"))
    assert again.customer_id == first.customer_id
    assert not again.is_new
    known = queries.customer(first.customer_id, with_contact=True)  # type: ignore[arg-type]
    assert known
    assert known.contact
    assert (known.town, known.last_name) == ("Villeurbanne", "Lœuillet")
    assert known.contact.phone == "+33639985678"
    assert queries.search("0639981234") == [], "a number that was given up finds nobody"
    assert queries.search("0639985678")[0].customer_id == first.customer_id


@pytest.mark.django_db
def test_where_card_and_telephone_disagree_the_card_wins_and_the_pair_is_noted() -> None:
    anne, bruno = write(
        Profile(card="2990000000029", phone="0639980001", first_name="Anne", last_name="Roux"),
        Profile(card="2990000000036", first_name="Bruno", last_name="Roux"),
    )
    assert anne.customer_id != bruno.customer_id
    [again] = write(Profile(card="2990000000036", phone="06 39 98 00 01"), source="till")
    assert again.customer_id == bruno.customer_id
    assert queries.search("0639980001")[0].customer_id == anne.customer_id
    [seen] = queries.possible_duplicates(bruno.customer_id)  # type: ignore[arg-type]
    assert (seen.other_id, seen.kind, seen.other_name) == (
        anne.customer_id,
        IdentifierKind.PHONE,
        "Anne Roux",
    )
    assert queries.possible_duplicates(anne.customer_id)[0].other_id == bruno.customer_id
    assert actions.settle_duplicate(anne.customer_id, bruno.customer_id, COMMAND_LINE, NOW)
    assert queries.possible_duplicates(bruno.customer_id) == []


@pytest.mark.django_db
def test_many_profiles_at_once_are_one_customer_for_each_card() -> None:
    written = write(
        *(Profile(card=f"29900000{n % 7:05d}", town=f"Town {n}") for n in range(40)), Profile(card="x")
    )
    assert len({one.customer_id for one in written if one.customer_id}) == 7
    assert written[-1].customer_id is None
    assert written[-1].faults == {"card": Fault.NOT_A_CARD}


@pytest.mark.django_db
def test_an_erased_customer_is_a_tombstone_and_their_card_opens_a_new_one() -> None:
    [written] = write(MARIE)
    customer_id = written.customer_id
    assert customer_id
    done = actions.erase(customer_id, COMMAND_LINE, NOW)
    assert done
    assert done.identifiers == 3
    gone = queries.customer(customer_id, with_contact=True)
    assert gone
    assert gone.is_erased
    assert (gone.name, gone.contact, gone.birth_date, gone.town) == ("", None, None, "")
    assert queries.search("loeuillet") == queries.search("2990000000012") == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_key WHERE customer_id = %s", [customer_id])
        assert cursor.fetchone() == (0,)
    [again] = write(MARIE)
    assert again.is_new
    assert again.customer_id != customer_id
    assert actions.erase(customer_id, COMMAND_LINE, NOW).identifiers == 0  # type: ignore[union-attr]
    assert queries.customer(again.customer_id).name == "Marie-Hélène Lœuillet"  # type: ignore[union-attr,arg-type]


def test_a_lookup_depends_on_the_kind_and_on_the_key() -> None:
    key = current_settings().pseudonym_key
    card = Identifier(IdentifierKind.CARD, "0639981234")
    assert lookup(key, card) != lookup(key, Identifier(IdentifierKind.PHONE, "0639981234"))
    assert lookup(key, card) != lookup(b"0" * 32, card)
