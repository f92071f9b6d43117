"""Transfers that wait for a second person, and who asks without being a person."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0005_corrections")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,  # whoever goes back goes back to a table that has two columns more
        ),
    ]
