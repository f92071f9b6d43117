-- An offer is allotted to many at once. Who they are is fixed when it is looked at; each then has an event of their own,
-- under a key made of the allotment and the customer, so that the work can be cut off anywhere and taken up again.
CREATE TABLE loyalty_allotment (
  allotment_id   uuid PRIMARY KEY,
  programme      text NOT NULL,
  offer          text NOT NULL,
  until          date,                          -- the first day on which it can no longer be used
  audience       text NOT NULL DEFAULT '',      -- empty: a list of customers
  lines          integer NOT NULL DEFAULT 0,    -- of the list, as it was given
  unknown        integer NOT NULL DEFAULT 0,    -- of these, lines that name nobody
  asked_at       timestamptz NOT NULL,
  asked_by       text NOT NULL DEFAULT '',
  begun_at       timestamptz,                   -- null: looked at only
  ended_at       timestamptz,
  undo_begun_at  timestamptz,
  undone_at      timestamptz,
  told_at        timestamptz NOT NULL,          -- a sign of life of whoever works on it
  CONSTRAINT in_order CHECK ((begun_at IS NOT NULL OR ended_at IS NULL)
                             AND (ended_at IS NOT NULL OR undo_begun_at IS NULL)
                             AND (undo_begun_at IS NOT NULL OR undone_at IS NULL))
);
CREATE INDEX loyalty_allotment_offer ON loyalty_allotment (programme, offer, asked_at);

-- ``outcome``: null while it waits, empty where it was allotted, else why not; ``undo_outcome`` the same of taking back.
CREATE TABLE loyalty_allotted (
  allotment_id   uuid NOT NULL REFERENCES loyalty_allotment ON DELETE CASCADE,  -- of one that was only looked at
  customer_id    uuid NOT NULL,
  outcome        text,
  undo_outcome   text,
  PRIMARY KEY (allotment_id, customer_id)
);
CREATE INDEX loyalty_allotted_waiting ON loyalty_allotted (allotment_id, customer_id) WHERE outcome IS NULL;
CREATE INDEX loyalty_allotted_to_undo ON loyalty_allotted (allotment_id, customer_id)
  WHERE outcome = '' AND undo_outcome IS NULL;

-- What became of somebody is never written over.
CREATE FUNCTION loyalty_allotted_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.outcome IS NOT NULL AND NEW.outcome IS DISTINCT FROM OLD.outcome)
     OR (OLD.undo_outcome IS NOT NULL AND NEW.undo_outcome IS DISTINCT FROM OLD.undo_outcome)
  THEN
    RAISE EXCEPTION 'an allotment is done once for each customer' USING ERRCODE = 'check_violation', CONSTRAINT = 'allotted_once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loyalty_allotted_once BEFORE UPDATE ON loyalty_allotted
  FOR EACH ROW EXECUTE FUNCTION loyalty_allotted_once();
