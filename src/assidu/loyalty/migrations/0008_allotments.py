"""Offers allotted to many at once: written in SQL, in the file beside this one."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0007_prize_draws"), ("customers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP TABLE loyalty_allotted, loyalty_allotment; DROP FUNCTION loyalty_allotted_once;",
        ),
    ]
