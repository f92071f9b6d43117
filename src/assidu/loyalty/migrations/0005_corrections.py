"""Corrections that wait for a second person."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0004_offers"), ("events", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP TABLE loyalty_correction; DROP FUNCTION loyalty_correction_decided_once();",
        ),
    ]
