"""Drafts and approvals: written in SQL, in the file beside this one, because the database keeps the rules."""

from pathlib import Path

from django.db import migrations

from assidu.foundation.grants import append_only

KEPT = (
    "loyalty_draft_step",
    "loyalty_approval_threshold",
    "loyalty_approval_request",
    "loyalty_approval",
)


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP TRIGGER loyalty_plan_is_approved ON loyalty_plan; ALTER TABLE loyalty_plan DROP COLUMN request_id; "
            "DROP TABLE loyalty_approval, loyalty_approval_request, loyalty_approval_threshold, loyalty_draft_typed, "
            "loyalty_draft_step, loyalty_draft CASCADE; "
            "DROP FUNCTION loyalty_plan_is_approved, loyalty_approval_by_another;",
        ),
        append_only(*KEPT),
    ]
