"""Households and companies: customers that several people belong to."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP FUNCTION customers_enter, customers_exit; "
            "DROP TABLE customers_shared_personal, customers_belonging; "
            "ALTER TABLE customers_customer DROP COLUMN kind;",
        ),
    ]
