-- A transfer above the limit waits like a correction does: it has a receiver. A key or the command line may ask too.
ALTER TABLE loyalty_correction
  ADD COLUMN receiver_id uuid,                  -- null: a correction
  ADD COLUMN asked_key   uuid,                  -- asked_by is then who made the key; zeros there: nobody is known
  ADD CONSTRAINT received_by_another CHECK (receiver_id <> customer_id AND (receiver_id IS NULL OR quantity > 0)) NOT VALID;

CREATE OR REPLACE FUNCTION loyalty_correction_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.is_approved IS NOT NULL
     OR (NEW.id, NEW.customer_id, NEW.receiver_id, NEW.programme, NEW.currency, NEW.quantity, NEW.reason_code, NEW.asked_by, NEW.asked_key, NEW.asked_at)
        IS DISTINCT FROM
        (OLD.id, OLD.customer_id, OLD.receiver_id, OLD.programme, OLD.currency, OLD.quantity, OLD.reason_code, OLD.asked_by, OLD.asked_key, OLD.asked_at)
  THEN
    RAISE EXCEPTION 'a correction is decided once, as it was asked' USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_once';
  END IF;
  RETURN NEW;
END $$;
