"""Draws and codes of offers: written in SQL, in the file beside this one, because the database keeps the rules."""

from pathlib import Path

from django.db import migrations

from assidu.foundation.grants import append_only


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0003_settlements")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP TABLE loyalty_offer_code, loyalty_draw_revealed, loyalty_draw; DROP FUNCTION loyalty_draw_keeps_its_word;",
        ),
        append_only("loyalty_draw", "loyalty_draw_revealed", "loyalty_offer_code"),
    ]
