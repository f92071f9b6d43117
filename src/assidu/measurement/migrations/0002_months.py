"""Sums by month, so that a year's figures are read and not added up at each look."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("measurement", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), "DROP TABLE measurement_month;"
        )
    ]
