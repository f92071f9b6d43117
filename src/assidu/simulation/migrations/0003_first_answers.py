"""What is known of a replay before its end, and by which chance its customers are drawn."""

from django.db import migrations

SQL = """
ALTER TABLE simulation_run ADD COLUMN seed bigint NOT NULL DEFAULT 0;
ALTER TABLE simulation_run ADD COLUMN partial jsonb;
"""
UNDO = "ALTER TABLE simulation_run DROP COLUMN partial; ALTER TABLE simulation_run DROP COLUMN seed;"


class Migration(migrations.Migration):
    dependencies = [("simulation", "0002_fairness")]

    operations = [migrations.RunSQL(SQL, UNDO)]
