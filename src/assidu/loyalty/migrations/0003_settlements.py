"""What partners are owed for rewards handed over, and the statements that were closed."""

from pathlib import Path

from django.db import migrations

from assidu.foundation.grants import append_only


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0002_drafts"), ("events", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP TABLE loyalty_statement_line, loyalty_statement; DROP VIEW loyalty_settlement;",
        ),
        append_only("loyalty_statement", "loyalty_statement_line"),
    ]
