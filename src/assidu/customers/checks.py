"""What `assidu doctor` looks at in this room."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assidu.customers.identifiers import lookup
from assidu.customers.profiles import contact_from
from assidu.customers.types import Identifier, IdentifierKind
from assidu.customers.vault import CannotOpen, Vault, unseal
from assidu.foundation.checks import Finding
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import rows

SAMPLE = 20


def checks() -> Iterator[Finding]:
    yield _keys()
    yield _duplicates()


def _keys() -> Finding:
    """Can personal data be read and found with the keys that we have? A sample tells."""
    sample = rows(
        "SELECT c.customer_id, c.sealed, k.wrapped FROM customers_customer AS c JOIN customers_key AS k "
        "USING (customer_id) WHERE c.sealed IS NOT NULL ORDER BY c.customer_id DESC LIMIT %s",
        [SAMPLE],
    )
    if not sample:
        return Finding("keys", True, _("There is no personal data yet."))
    settings = current_settings()
    vault = Vault(settings.vault_key)
    wanted = []
    for customer_id, sealed, wrapped in sample:
        try:
            contact = contact_from(
                unseal(vault.open_key(customer_id, bytes(wrapped)), customer_id, bytes(sealed))
            )
        except CannotOpen:
            return Finding(
                "keys",
                False,
                _("E-mail addresses, telephones and cards cannot be read: the vault key is not theirs."),
                _(
                    "Bring back the vault_key of this database: secrets.json of its home, "
                    "or `assidu restore` of a backup."
                ),
            )
        cards = [Identifier(IdentifierKind.CARD, card) for card in contact.cards]
        wanted += [lookup(settings.pseudonym_key, card) for card in cards]
    if wanted and not rows("SELECT 1 FROM customers_identifier WHERE lookup = ANY (%s) LIMIT 1", [wanted]):
        return Finding(
            "keys",
            False,
            _("Cards cannot be found: the pseudonym key is not that of this database."),
            _(
                "Bring back the pseudonym_key of this database: secrets.json of its home, "
                "or `assidu restore` of a backup."
            ),
        )
    return Finding("keys", True, _("Personal data can be read and found."))


def _duplicates() -> Finding:
    [(pairs,)] = rows("SELECT count(DISTINCT (customer_id, other_id)) FROM customers_possible_duplicate "
                      "WHERE settled_at IS NULL")  # fmt: skip
    words = ngettext(
        "%(n)s pair of customers may be one person.", "%(n)s pairs of customers may be one person.", pairs
    )
    return Finding(
        "duplicates", True, words % {"n": pairs} if pairs else _("No two customers look like one person.")
    )
