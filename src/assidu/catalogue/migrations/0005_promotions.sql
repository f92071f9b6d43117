-- Promotions of other teams, as their calendar tells them: a promotion is one or more lines under one code. What is told
-- again under a code replaces what was. Tickets keep what was known when they came in, so this may change freely.
CREATE TABLE catalogue_promotion (
  line_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code          text NOT NULL,
  name          text NOT NULL,
  kind          text NOT NULL DEFAULT '',     -- in the words of those who run it
  -- Local time of the stores: a calendar is the same whatever the zone of the programme that reads it.
  -- squawk-ignore prefer-timestamp-tz
  starts_at     timestamp NOT NULL,
  -- squawk-ignore prefer-timestamp-tz
  ends_at       timestamp NOT NULL,           -- the first moment at which it no longer runs
  stores        text[] NOT NULL DEFAULT '{}', -- empty: everywhere; and so for each of these
  channels      text[] NOT NULL DEFAULT '{}',
  skus          text[] NOT NULL DEFAULT '{}',
  departments   text[] NOT NULL DEFAULT '{}',
  brands        text[] NOT NULL DEFAULT '{}',
  off_bp        integer,                      -- hundredths of a per cent that it takes off, if that is known
  off_minor     bigint,                       -- what it takes off each unit, if that is known
  told_at       timestamptz NOT NULL,
  told_by       text NOT NULL,
  CHECK (ends_at > starts_at),
  CHECK (off_bp BETWEEN 1 AND 10000),
  CHECK (off_minor > 0),
  CHECK (off_bp IS NULL OR off_minor IS NULL)
);
CREATE INDEX catalogue_promotion_code ON catalogue_promotion (code);
CREATE INDEX catalogue_promotion_ends ON catalogue_promotion (ends_at);
