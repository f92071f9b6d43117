"""The schema that BI tools read: views that keep their names and columns from release to release."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = [("loyalty", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP SCHEMA bi CASCADE;",
        )
    ]
