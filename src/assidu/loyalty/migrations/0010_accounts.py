"""What is told of somebody in an account is opened at the account."""

from pathlib import Path

from django.db import migrations

_SIGNATURE = "text[], bytea[], uuid[], boolean[], text[], text[], text[], date[], text[], text, boolean"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0009_places"), ("customers", "0002_accounts")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            f"DROP FUNCTION loyalty_open({_SIGNATURE});",
        ),
    ]
