-- A month of the books, closed once and for all. What is learnt later falls into the next one. ``figures`` is kept as the
-- very text that was hashed, and each hash takes in the one before: a month that was changed behind our back is seen.
CREATE TABLE economics_month (
  programme      text NOT NULL,
  month          date NOT NULL CHECK (extract(day FROM month) = 1),
  closed_at      timestamptz NOT NULL,
  closed_by      text NOT NULL,                 -- a person's id, a key, or the command line
  figures        text NOT NULL,
  previous       text NOT NULL,                 -- the hash of the month before; empty: this is the first
  hash           text NOT NULL,
  PRIMARY KEY (programme, month)
);

CREATE FUNCTION economics_month_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  newest economics_month;
BEGIN
  SELECT * INTO newest FROM economics_month WHERE programme = NEW.programme ORDER BY month DESC LIMIT 1;
  IF newest.month IS NOT NULL AND NEW.month <> (newest.month + interval '1 month')::date THEN
    RAISE EXCEPTION 'months are closed in their order' USING ERRCODE = 'check_violation', CONSTRAINT = 'in_order';
  END IF;
  IF NEW.previous <> coalesce(newest.hash, '')
     OR NEW.hash <> encode(sha256(convert_to(NEW.previous || NEW.figures, 'UTF8')), 'hex') THEN
    RAISE EXCEPTION 'a month is sealed with the one before' USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER economics_month_follows BEFORE INSERT ON economics_month
  FOR EACH ROW EXECUTE FUNCTION economics_month_follows();
CREATE TRIGGER economics_month_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON economics_month
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();

-- What units cost, who pays a part of it, and the numbers of accounts; the newest counts, for months that are open.
CREATE TABLE economics_policy (
  programme      text NOT NULL,
  set_at         timestamptz NOT NULL,
  set_by         text NOT NULL,
  document       jsonb NOT NULL,
  PRIMARY KEY (programme, set_at)
);
CREATE TRIGGER economics_policy_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON economics_policy
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();

-- Assumptions of the macro model, by name; what is saved again under a name is its next version.
CREATE TABLE economics_assumptions (
  programme      text NOT NULL,
  name           text NOT NULL,
  version        integer NOT NULL CHECK (version > 0),
  saved_at       timestamptz NOT NULL,
  saved_by       text NOT NULL,
  document       jsonb NOT NULL,
  PRIMARY KEY (programme, name, version)
);
CREATE TRIGGER economics_assumptions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON economics_assumptions
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();

-- Sums by the month of the day, so that years are read and not added up at each look. As long as a month has the same number
-- of events its sums are the same: events are only ever appended, and what is decided of them is written with them.
CREATE TABLE economics_sums (
  programme      text NOT NULL,
  month          date NOT NULL,
  events         bigint NOT NULL,
  figures        jsonb NOT NULL,
  PRIMARY KEY (programme, month)
);

-- What was owed at the end of each closed month, by currency: units, and money without VAT in minor units.
CREATE VIEW bi.liability AS
  SELECT m.programme, m.month, m.closed_at, c -> 'terms' ->> 'currency' AS currency,
         (c -> 'units' ->> 'opening')::bigint AS opening_units, (c -> 'units' ->> 'closing')::bigint AS closing_units,
         (c -> 'money' ->> 'opening_minor')::bigint AS opening_minor,
         (c -> 'money' ->> 'issued_minor')::bigint AS issued_minor,
         (c -> 'money' ->> 'used_minor')::bigint AS used_minor,
         (c -> 'money' ->> 'released_minor')::bigint AS released_minor,
         (c -> 'money' ->> 'reestimate_minor')::bigint AS reestimate_minor,
         (c -> 'money' ->> 'closing_minor')::bigint AS closing_minor,
         (c -> 'revenue' ->> 'closing_minor')::bigint AS deferred_revenue_minor
    FROM economics_month AS m, jsonb_array_elements(m.figures::jsonb -> 'figures' -> 'currencies') AS c;

DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'assidu_app') THEN
    GRANT SELECT ON bi.liability TO assidu_app;
  END IF;
END $$;
