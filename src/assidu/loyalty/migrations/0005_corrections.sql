-- A correction above the programme's limit waits for a second person, who is never the one who asked.
CREATE TABLE loyalty_correction (
  id             uuid PRIMARY KEY,
  customer_id    uuid NOT NULL,
  programme      text NOT NULL,
  currency       text NOT NULL,
  quantity       bigint NOT NULL CHECK (quantity <> 0),
  reason_code    text NOT NULL,
  sealed         bytea,                         -- what was written about it, under the customer's key
  asked_by       uuid NOT NULL,
  asked_at       timestamptz NOT NULL,
  is_approved    boolean,                       -- null: it waits
  decided_by     uuid,
  decided_at     timestamptz,
  CONSTRAINT decided_whole CHECK ((is_approved IS NULL) = (decided_by IS NULL) AND (is_approved IS NULL) = (decided_at IS NULL)),
  CONSTRAINT decided_by_another CHECK (decided_by <> asked_by)
);
CREATE INDEX loyalty_correction_waiting ON loyalty_correction (programme, asked_at) WHERE is_approved IS NULL;

CREATE FUNCTION loyalty_correction_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.is_approved IS NOT NULL
     OR (NEW.id, NEW.customer_id, NEW.programme, NEW.currency, NEW.quantity, NEW.reason_code, NEW.asked_by, NEW.asked_at)
        IS DISTINCT FROM
        (OLD.id, OLD.customer_id, OLD.programme, OLD.currency, OLD.quantity, OLD.reason_code, OLD.asked_by, OLD.asked_at)
  THEN
    RAISE EXCEPTION 'a correction is decided once, as it was asked' USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loyalty_correction_decided_once BEFORE UPDATE ON loyalty_correction
  FOR EACH ROW EXECUTE FUNCTION loyalty_correction_decided_once();
CREATE TRIGGER loyalty_correction_kept BEFORE DELETE OR TRUNCATE ON loyalty_correction
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
