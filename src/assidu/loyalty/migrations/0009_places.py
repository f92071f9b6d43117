"""What customers share follows from decisions: written in SQL, in the file beside this one."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0008_allotments")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP TRIGGER loyalty_decision_shares ON loyalty_decision; DROP FUNCTION loyalty_share(), loyalty_places_moved(jsonb);",
        ),
    ]
