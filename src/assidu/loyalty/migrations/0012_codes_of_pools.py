"""The codes of a pool are found without reading them all; made while codes are shown and made."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("loyalty", "0011_code_pools")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS loyalty_offer_code_of_pool ON loyalty_offer_code (pool_id);",
            "DROP INDEX CONCURRENTLY IF EXISTS loyalty_offer_code_of_pool;",
        ),
    ]
