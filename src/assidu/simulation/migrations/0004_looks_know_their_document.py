"""A look at fairness is found again by what its document says; of earlier looks that is not known."""

from django.db import migrations

SQL = "ALTER TABLE simulation_fairness ADD COLUMN document jsonb;"
UNDO = "ALTER TABLE simulation_fairness DROP COLUMN document;"


class Migration(migrations.Migration):
    dependencies = [("simulation", "0003_first_answers")]

    operations = [migrations.RunSQL(SQL, UNDO)]
