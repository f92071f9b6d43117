"""Rates of foreign moneys, by day."""

from pathlib import Path

from django.db import migrations

from assidu.foundation.grants import append_only


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_costs")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP TABLE catalogue_rate; DROP FUNCTION catalogue_refuse_change();",
        ),
        append_only("catalogue_rate"),
    ]
