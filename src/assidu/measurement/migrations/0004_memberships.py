"""Changes of memberships, found among all decisions without reading them."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # the index is made while others write
    dependencies = [("measurement", "0003_kpis"), ("loyalty", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP INDEX CONCURRENTLY IF EXISTS loyalty_decision_membership;",
        )
    ]
