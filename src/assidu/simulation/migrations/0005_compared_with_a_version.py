"""A simulation is compared with a version too, whose own replay is kept as long as nothing new is recorded."""

from django.db import migrations

SQL = """
ALTER TABLE simulation_run ADD COLUMN against bigint;    -- the version; none: with what really happened only
ALTER TABLE simulation_run ADD COLUMN compared jsonb;    -- the report beside that version

CREATE TABLE simulation_baseline (
  key            text PRIMARY KEY,              -- of what the version says, and of what was in force before
  programme      text NOT NULL,
  events         bigint NOT NULL,               -- how much of history, up to which day
  until          date NOT NULL,
  kept_at        timestamptz NOT NULL,
  replayed       bytea NOT NULL
);
CREATE INDEX simulation_baseline_kept ON simulation_baseline (programme, kept_at DESC);
"""
UNDO = """
DROP TABLE simulation_baseline;
ALTER TABLE simulation_run DROP COLUMN compared;
ALTER TABLE simulation_run DROP COLUMN against;
"""


class Migration(migrations.Migration):
    dependencies = [("simulation", "0004_looks_know_their_document")]

    operations = [migrations.RunSQL(SQL, UNDO)]
