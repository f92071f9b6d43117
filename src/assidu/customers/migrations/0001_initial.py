"""The tables of this room: written in SQL, in the file beside this one, because the database keeps the rules."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP FUNCTION customers_alias, customers_unalias, customers_claim, customers_open, customers_find; "
            "DROP TABLE customers_possible_duplicate, customers_link, customers_event_personal, customers_identifier, "
            "customers_customer, customers_key;",
        )
    ]
