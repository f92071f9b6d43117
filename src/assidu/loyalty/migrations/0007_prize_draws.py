"""Draws among entries: written in SQL, in the file beside this one, because the database keeps the rules."""

from pathlib import Path

from django.db import migrations

from assidu.foundation.grants import append_only


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0006_waiting_transfers"), ("events", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP TABLE loyalty_prize, loyalty_draw_entrant, loyalty_prize_draw; "
            "DROP FUNCTION loyalty_prize_decided_once;",
        ),
        append_only("loyalty_prize_draw", "loyalty_draw_entrant"),
    ]
