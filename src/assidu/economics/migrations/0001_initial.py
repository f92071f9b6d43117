"""Closed months, what they are valued with, saved assumptions, and sums by month."""

from pathlib import Path

from django.db import migrations

from assidu.foundation.grants import append_only


class Migration(migrations.Migration):
    initial = True
    dependencies = [("measurement", "0002_months"), ("events", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP VIEW bi.liability; DROP TABLE economics_assumptions, economics_policy, economics_month, "
            "economics_sums; DROP FUNCTION economics_month_follows();",
        ),
        append_only("economics_month", "economics_policy", "economics_assumptions"),
    ]
