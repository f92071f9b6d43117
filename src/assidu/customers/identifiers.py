"""The one normalisation: what makes two writings the same card, telephone or address, and their keyed hashes."""

import hmac
import re
import unicodedata
from uuid import UUID

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from assidu.customers.types import Fault, Identifier, IdentifierKind, NotAnIdentifier, Profile, Subject

HOME_REGION = "FR"
"""The country of a telephone number that does not name one."""

TEXT_MAX = 320
_CARD = re.compile(r"[0-9A-Z]{4,40}\Z")
_CARD_NOISE = re.compile(r"[\s.\-]+")
_EXTERNAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,59}:[^\x00-\x20\x7f]{1,200}\Z")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def parse_subject(text: str) -> Subject | NotAnIdentifier:
    """``card:…``, ``phone:…``, ``email:…``, ``external:<source>:<id>`` or ``customer:<uuid>``."""
    kind, _, value = text.partition(":")
    if kind == "customer":
        try:
            return UUID(value)
        except ValueError:
            return NotAnIdentifier(Fault.NOT_A_CUSTOMER_ID)
    try:
        known = IdentifierKind(kind)
    except ValueError:
        return NotAnIdentifier(Fault.UNKNOWN_KIND)
    return normalise(known, value)


def normalise(kind: IdentifierKind, value: str) -> Identifier | NotAnIdentifier:
    if len(value) > TEXT_MAX:
        return NotAnIdentifier(_FAULTS[kind])
    found = _NORMALISERS[kind](value)
    return NotAnIdentifier(_FAULTS[kind]) if found is None else Identifier(kind, found)


def lookup(key: bytes, identifier: Identifier) -> bytes:
    """The keyed hash under which an identifier is found; ``key`` is the deployment's pseudonym key."""
    return hmac.digest(key, f"{identifier.kind.value}\0{identifier.value}".encode(), "sha256")


def identifiers_of(profile: Profile) -> tuple[list[Identifier], dict[str, Fault]]:
    """The identifiers of a profile in the order of trust, and what in it is none."""
    found: list[Identifier] = []
    faults: dict[str, Fault] = {}
    for kind in IdentifierKind:
        value: str | None = getattr(profile, kind.value)
        if not value:
            continue
        made = normalise(kind, value)
        if isinstance(made, NotAnIdentifier):
            faults[kind.value] = made.fault
        else:
            found.append(made)
    return found, faults


def search_name(last_name: str, first_name: str) -> str:
    """How a name is found: without accents, hyphens or capitals, the last name first."""
    return " ".join(words_of(f"{last_name} {first_name}"))


def words_of(text: str) -> list[str]:
    """The words of a name as they are compared: ``Lœuillet-Béré`` gives ``loeuillet``, ``bere``."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word for word in _NOT_A_WORD.split(plain) if word]


def _card(value: str) -> str | None:
    if not (value.isascii() and value.isalnum()):
        value = _CARD_NOISE.sub("", unicodedata.normalize("NFKC", value))
    value = value.upper()
    return value if _CARD.match(value) else None


def _phone(value: str) -> str | None:
    try:
        number = phonenumbers.parse(value, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(value: str) -> str | None:
    try:
        return validate_email(
            value.strip(), check_deliverability=False, test_environment=True
        ).normalized.casefold()
    except EmailNotValidError:
        return None


def _external(value: str) -> str | None:
    value = value.strip()
    return value if _EXTERNAL.match(value) else None


_NORMALISERS = {
    IdentifierKind.CARD: _card,
    IdentifierKind.PHONE: _phone,
    IdentifierKind.EMAIL: _email,
    IdentifierKind.EXTERNAL: _external,
}
_FAULTS = {
    IdentifierKind.CARD: Fault.NOT_A_CARD,
    IdentifierKind.PHONE: Fault.NOT_A_PHONE,
    IdentifierKind.EMAIL: Fault.NOT_AN_EMAIL,
    IdentifierKind.EXTERNAL: Fault.NOT_AN_EXTERNAL_ID,
}
