"""The tables of this room: written in SQL, in the file beside this one, because the database keeps the rules."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP FUNCTION loyalty_record, loyalty_lock_quotas, loyalty_enrol, loyalty_open, loyalty_lock; DROP TABLE loyalty_plan, loyalty_member, loyalty_decision, loyalty_quota CASCADE;",
        )
    ]
