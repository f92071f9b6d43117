"""What `assidu doctor` looks at in this room."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from assidu.foundation.checks import Finding
from assidu.foundation.guards import ALL_VERBS, CHANGING, not_allowed, triggers_on
from assidu.foundation.sql import rows

_SUMS = """
  SELECT count(*)
    FROM (SELECT customer_id, wallet_id, currency,
                 sum(remaining) AS remaining, sum(pending) AS pending, sum(held) AS held
            FROM ledger_lot GROUP BY 1, 2, 3) AS lots
    FULL JOIN ledger_balance AS balance USING (customer_id, wallet_id, currency)
   WHERE coalesce(lots.remaining, 0) <> coalesce(balance.posted, 0)
      OR coalesce(lots.pending, 0) <> coalesce(balance.pending, 0)
      OR coalesce(lots.held, 0) <> coalesce(balance.held, 0)"""


def checks() -> Iterator[Finding]:
    yield triggers_on(
        "append_only",
        [("ledger_posting", "ledger_posting_append_only"), ("ledger_posting", "ledger_posting_apply")],
    )
    yield not_allowed("grants", CHANGING, ["ledger_posting", "ledger_wallet"])
    yield not_allowed("kept_by_trigger", ALL_VERBS, ["ledger_lot", "ledger_balance"])
    yield _sums()


def _sums() -> Finding:
    """A balance is the sum of its lots: of what there is, of what waits, and of what is held."""
    [(wrong,)] = rows(_SUMS)
    if wrong:
        words = _("%(count)s balances are not the sum of their lots.") % {"count": wrong}
        return Finding(
            "sums",
            False,
            words,
            _("`assidu rebuild --verify` names them, `assidu rebuild` mends them."),
        )
    return Finding("sums", True, _("Every balance is the sum of its lots, with what waits and what is held."))
