"""Codes that were made together are a pool: written in SQL, in the file beside this one."""

from pathlib import Path

from django.db import migrations

from assidu.foundation.grants import append_only


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0010_accounts")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "ALTER TABLE loyalty_offer_code DROP COLUMN pool_id; "
            "DROP TABLE loyalty_code_pool_withdrawn, loyalty_code_pool;",
        ),
        append_only("loyalty_code_pool", "loyalty_code_pool_withdrawn"),
    ]
