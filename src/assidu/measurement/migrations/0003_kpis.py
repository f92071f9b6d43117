"""The dashboard's figures by month, and by month and store, in the schema that BI tools read."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("measurement", "0002_months"), ("loyalty", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP VIEW bi.kpi_month, bi.kpi_month_currency, bi.kpi_month_store_currency, bi.kpi_month_store, bi.currency;",
        )
    ]
