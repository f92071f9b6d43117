"""When a run should end, in seconds after its beginning, so that what is left of it counts down."""

from django.db import migrations

SQL = """
ALTER TABLE simulation_run ADD COLUMN ends_after double precision;
ALTER TABLE simulation_fairness ADD COLUMN ends_after double precision;
"""
UNDO = """
ALTER TABLE simulation_fairness DROP COLUMN ends_after;
ALTER TABLE simulation_run DROP COLUMN ends_after;
"""


class Migration(migrations.Migration):
    dependencies = [("simulation", "0005_compared_with_a_version")]

    operations = [migrations.RunSQL(SQL, UNDO)]
