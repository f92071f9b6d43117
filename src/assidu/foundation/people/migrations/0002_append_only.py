"""The trails can only grow: refused by grant to the server, by trigger to everyone."""

from django.db import migrations

from assidu.foundation.grants import append_only

TRAILS = ("people_audit", "people_look")

GUARD = """
CREATE FUNCTION people_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION people_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_people")]

    operations = [
        migrations.RunSQL(GUARD, "DROP FUNCTION people_refuse_change();"),
        *(
            migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER {table}_append_only ON {table};")
            for table in TRAILS
        ),
        append_only(*TRAILS),
    ]
