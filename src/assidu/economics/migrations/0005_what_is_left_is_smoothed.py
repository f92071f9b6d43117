"""When a trial or a look should end, in seconds after its beginning, so that what is left of it counts down."""

from django.db import migrations

SQL = """
ALTER TABLE economics_trial ADD COLUMN ends_after double precision;
ALTER TABLE economics_discounts ADD COLUMN ends_after double precision;
"""
UNDO = """
ALTER TABLE economics_discounts DROP COLUMN ends_after;
ALTER TABLE economics_trial DROP COLUMN ends_after;
"""


class Migration(migrations.Migration):
    dependencies = [("economics", "0004_tier_sums")]

    operations = [migrations.RunSQL(SQL, UNDO)]
