"""The tables of this room: written in SQL, in the file beside this one, because the database keeps the rules."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = [("catalogue", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP TABLE events_event, events_key, events_ticket, events_anonymous, events_claim, events_reject CASCADE; DROP FUNCTION events_refuse_change, events_follow, events_record_anonymous;",
        )
    ]
