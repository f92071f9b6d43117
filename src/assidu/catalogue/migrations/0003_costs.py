"""What articles cost, and margins of departments, where somebody tells them."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_prices")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP TABLE catalogue_margin, catalogue_cost;",
        )
    ]
