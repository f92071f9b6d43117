"""Who joined on a device is asked whenever a newcomer who was brought joins on it; made while members join."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0002_accounts")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS customers_device_lookup ON customers_device (lookup);",
            "DROP INDEX CONCURRENTLY IF EXISTS customers_device_lookup;",
        ),
    ]
