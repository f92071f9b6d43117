"""What people asked of discounts, and what was answered."""

from django.db import migrations

SQL = """
CREATE TABLE economics_discounts (
  run_id         uuid PRIMARY KEY,
  programme      text NOT NULL,
  question       jsonb NOT NULL,                -- with its seed: the same again gives the same figures
  yaml           text NOT NULL DEFAULT '',      -- the programme that gives points for discounts, where one was asked for
  label          text NOT NULL DEFAULT '',
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
CREATE INDEX economics_discounts_asked ON economics_discounts (asked_at DESC);
"""


class Migration(migrations.Migration):
    dependencies = [("economics", "0001_initial")]

    operations = [migrations.RunSQL(SQL, "DROP TABLE economics_discounts;")]
