-- What one unit of another money is worth in that of the tickets, from a day on, exactly as it was told. What is told
-- again for a day counts from then on; what was told before stays, with who told it: tickets were converted by it.
CREATE TABLE catalogue_rate (
  rate_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  currency      text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  day           date NOT NULL,
  rate          numeric NOT NULL CHECK (rate > 0 AND rate <= 1000000 AND scale(rate) <= 12),
  set_at        timestamptz NOT NULL,
  set_by        text NOT NULL                 -- a person, a key (key:...), a file (file:...), or the command line
);
CREATE INDEX catalogue_rate_day ON catalogue_rate (currency, day DESC, rate_id DESC);

CREATE FUNCTION catalogue_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER catalogue_rate_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_rate
  FOR EACH STATEMENT EXECUTE FUNCTION catalogue_refuse_change();
