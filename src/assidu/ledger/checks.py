"""What `assidu doctor` looks at in this room."""

from collections.abc import Iterator

from assidu.foundation.checks import Finding
from assidu.foundation.guards import ALL_VERBS, CHANGING, not_allowed, triggers_on


def checks() -> Iterator[Finding]:
    yield triggers_on(
        "append_only",
        [("ledger_posting", "ledger_posting_append_only"), ("ledger_posting", "ledger_posting_apply")],
    )
    yield not_allowed("grants", CHANGING, ["ledger_posting", "ledger_wallet"])
    yield not_allowed("kept_by_trigger", ALL_VERBS, ["ledger_lot", "ledger_balance"])
