"""Looks at who could never have had what a programme gives, and what became of each member in them."""

from django.db import migrations

SQL = """
CREATE TABLE simulation_fairness (
  run_id         uuid PRIMARY KEY,
  programme      text NOT NULL,
  label          text NOT NULL,
  yaml           text NOT NULL,
  since          date,                          -- the period; all that is recorded where it is left open
  until          date,
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
CREATE INDEX simulation_fairness_asked ON simulation_fairness (asked_at DESC);

-- One row for each member, whatever the number of rules: what became of them with each line of the report, in its order.
CREATE TABLE simulation_fairness_member (
  run_id         uuid NOT NULL REFERENCES simulation_fairness ON DELETE CASCADE,
  customer_id    uuid NOT NULL,
  outcomes       text[] NOT NULL,
  PRIMARY KEY (run_id, customer_id)
);
"""


class Migration(migrations.Migration):
    dependencies = [("simulation", "0001_initial")]

    operations = [
        migrations.RunSQL(SQL, "DROP TABLE simulation_fairness_member; DROP TABLE simulation_fairness;")
    ]
