"""Prices by day, where a price feed is imported."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), "DROP TABLE catalogue_price;"
        )
    ]
