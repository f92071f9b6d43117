"""A person's file: everything that is known of them, as the law lets them ask for, readable by people and programs."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from assidu.customers import queries as customers
from assidu.customers.accounts import belonging_of
from assidu.customers.queries import counts_as
from assidu.decisions.calendar import local_day
from assidu.events.types import WHOSE_PERSON
from assidu.foundation.people import queries as people
from assidu.foundation.settings import current_settings
from assidu.ledger import queries as ledger
from assidu.loyalty import queries
from assidu.loyalty.code_pools import personal_codes
from assidu.loyalty.explain import Explanation, explain_all
from assidu.loyalty.life_wording import told_to_member
from assidu.plans.wording import Language

_READ_ME = {
    Language.FR: """Ce dossier contient tout ce que nous savons de vous, au {day}.

profil.json       qui vous êtes, comment vous joindre, vos cartes
compte.json       ce que vous avez dans le programme
codes.json        les offres dont vous avez un code personnel, et ce qu'il vaut encore
evenements.json   ce qui s'est passé (achats, retours…), ce qui en a été décidé et pourquoi
mouvements.json   chaque mouvement de points ou de bons, avec le solde
consultations.json  qui, chez nous, a consulté votre fiche
""",
    Language.EN: """This file holds everything that we know of you, as of {day}.

profil.json       who you are, how to reach you, your cards
compte.json       what you have in the programme
codes.json        the offers of which you have a code of your own, and what it is still good for
evenements.json   what happened (purchases, returns…), what was decided and why
mouvements.json   every movement of points or vouchers, with the balance
consultations.json  who among us looked at your record
""",
}


COMMAND = "command"
"""Who looked at the command line of the server."""


def person_file(customer_id: UUID, language: Language, now: datetime) -> bytes:
    """A zip of JSON files about a customer and everyone merged into them.

    Of an account that they are in, or were in, what was told of them, and what they may use: nothing of the others.
    """
    found = customers.customer(customer_id, with_contact=True)
    assert found is not None
    programme = queries.programme_of(counts_as(customer_id))
    book = queries.current_book(programme) if programme else None
    today = local_day(now, book.at(now).zone if book is not None else current_settings().zone)
    family = [customer_id, *found.absorbed]
    belonging = belonging_of(customer_id)
    told = [*_told(family, language), *_told_in_accounts(family, language)]
    merged = [customers.customer(other, with_contact=True) for other in found.absorbed]
    contents: dict[str, Any] = {
        "profil.json": {
            "customer": asdict(found),
            "merged": [asdict(one) for one in merged if one is not None],
            "identifiers": {kind.value: count for kind, count in customers.identifier_kinds(family)},
            "account": None if belonging is None else asdict(belonging) | {"name": None},
            "possible_duplicates": [
                {"kind": one.kind.value, "noted_at": one.noted_at}
                for one in customers.possible_duplicates(customer_id)
            ],
        },
        "compte.json": _plain(queries.standing(counts_as(customer_id), now)),
        "codes.json": [asdict(one) for one in personal_codes(customer_id, today)],
        "evenements.json": list(_events(told)),
        "mouvements.json": [
            *(asdict(movement) for one in family for movement in _movements(one)),
            *(
                asdict(movement)
                for one in told
                if one.entry.customer_id not in family
                for movement in one.entry.movements
            ),
        ],
        "consultations.json": [
            {
                "at": look.at,
                "person": look.person_name or (COMMAND if look.person_id is None else ""),
                "page": look.page,
            }
            for look in _looks(family)
        ],
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for spoken, text in _READ_ME.items():
            read_me = "LISEZMOI.txt" if spoken is Language.FR else "README.txt"
            archive.writestr(read_me, text.format(day=today.isoformat()))
        for name, content in contents.items():
            archive.writestr(name, msgspec.json.format(msgspec.json.encode(content, enc_hook=str), indent=1))
    return packed.getvalue()


OTHERS = frozenset({"referrer", "referee", "referral_fault", "to_member"})
"""What is written of somebody else: who brought them, whom they brought, what they have in common, who of an account
was given something."""


def _told(family: list[UUID], language: Language) -> Iterator[Explanation]:
    for customer_id in family:
        yield from explain_all(customer_id, language)


def _told_in_accounts(family: list[UUID], language: Language) -> Iterator[Explanation]:
    for account_id in queries.accounts_ever(family):
        for told in explain_all(account_id, language):
            if told.entry.member in family or (
                told.entry.type in WHOSE_PERSON and told.entry.other in family
            ):
                yield told


def _events(explained: list[Explanation]) -> Iterator[dict[str, Any]]:
    personal = customers.fields_of_events([(told.entry.customer_id, told.entry.seq) for told in explained])
    for told in explained:
        yield _event(told) | {"personal": personal.get((told.entry.customer_id, told.entry.seq))}


def _event(told: Explanation) -> dict[str, Any]:
    entry = told.entry
    return {
        "customer_id": entry.customer_id,
        "seq": entry.seq,
        "source": entry.key.source,
        "id": entry.key.id,
        "type": entry.type.value,
        "at": entry.at,
        "recorded_at": entry.recorded_at,
        "store": entry.store,
        "channel": entry.channel,
        "amount_minor": entry.amount_minor,
        "content": {name: value for name, value in entry.body.items() if name not in OTHERS},
        "plan_version": told.plan_version,
        "what_happened": told_to_member(entry.event, told.sentences, told.language),
        "why": [
            {"rule": reason.name, "applied": reason.has_applied, "reason": reason.sentence}
            for reason in told.reasons
        ],
        "balances_after": dict(told.balances_after),
    }


def _movements(customer_id: UUID) -> Iterator[Any]:
    cursor = ""
    while True:
        page = ledger.statement(customer_id, cursor=cursor, limit=ledger.STATEMENT_MAX)
        yield from page.movements
        if page.next is None:
            return
        cursor = page.next


def _looks(family: list[UUID]) -> Iterator[Any]:
    for customer_id in family:
        before = None
        while True:
            page = people.looks(customer_id=customer_id, before=before, limit=200)
            yield from page.entries
            if page.before is None:
                break
            before = page.before


def _plain(value: Any) -> Any:
    return None if value is None else asdict(value)
