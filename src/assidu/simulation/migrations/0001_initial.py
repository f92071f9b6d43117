"""Runs of simulations that people asked for on the screen."""

from django.db import migrations

SQL = """
CREATE TABLE simulation_run (
  run_id         uuid PRIMARY KEY,
  programme      text NOT NULL,
  label          text NOT NULL,
  yaml           text NOT NULL,
  document       jsonb NOT NULL,
  asked_at       timestamptz NOT NULL,
  asked_by       text NOT NULL DEFAULT '',
  state          text NOT NULL DEFAULT 'waiting'
                 CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  done           bigint NOT NULL DEFAULT 0,
  total          bigint NOT NULL DEFAULT 0,
  told_at        timestamptz NOT NULL,
  seconds        double precision NOT NULL DEFAULT 0,
  process_id     integer,
  report         jsonb,
  failure        text NOT NULL DEFAULT ''
);
CREATE INDEX simulation_run_asked ON simulation_run (asked_at DESC);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("loyalty", "0001_initial")]

    operations = [migrations.RunSQL(SQL, "DROP TABLE simulation_run;")]
