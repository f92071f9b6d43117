"""Trials of plans that people asked for, and what came out."""

from django.db import migrations

SQL = """
CREATE TABLE economics_trial (
  run_id         uuid PRIMARY KEY,
  programme      text NOT NULL,
  label          text NOT NULL DEFAULT '',
  yaml           text NOT NULL DEFAULT '',
  question       jsonb NOT NULL,                -- the plans, what is assumed, the seed: the same again gives the same figures
  asked_at       timestamptz NOT NULL,
  asked_by       text NOT NULL DEFAULT '',
  state          text NOT NULL DEFAULT 'waiting'
                 CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  done           bigint NOT NULL DEFAULT 0,     -- customers
  total          bigint NOT NULL DEFAULT 0,
  told_at        timestamptz NOT NULL,
  seconds        double precision NOT NULL DEFAULT 0,
  process_id     integer,
  report         jsonb,                         -- what is known so far, while it runs
  failure        text NOT NULL DEFAULT ''
);
CREATE INDEX economics_trial_asked ON economics_trial (asked_at DESC);
"""


class Migration(migrations.Migration):
    dependencies = [("economics", "0002_discounts")]

    operations = [migrations.RunSQL(SQL, "DROP TABLE economics_trial;")]
