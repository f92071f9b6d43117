-- What offers need beside the plan: draws with their secret, and codes.

-- A draw of an offer. The commitment (SHA-256 of the secret) is public from the first day; the secret lies sealed until
-- the draw is over, then stands here for everybody.
CREATE TABLE loyalty_draw (
  programme      text NOT NULL,
  offer          text NOT NULL,
  commitment     text NOT NULL CHECK (commitment ~ '^[0-9a-f]{64}$'),
  sealed         bytea NOT NULL,                -- the secret, sealed with the deployment's vault key
  opened_at      timestamptz NOT NULL,
  PRIMARY KEY (programme, offer)
);

-- The end of a draw: nothing is drawn any more, and its secret is told.
CREATE TABLE loyalty_draw_revealed (
  programme      text NOT NULL,
  offer          text NOT NULL,
  secret         bytea NOT NULL CHECK (length(secret) = 32),
  revealed_at    timestamptz NOT NULL,
  revealed_by    text NOT NULL DEFAULT '',
  PRIMARY KEY (programme, offer),
  FOREIGN KEY (programme, offer) REFERENCES loyalty_draw
);

-- Only the secret that was committed to can be told.
CREATE FUNCTION loyalty_draw_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF encode(sha256(NEW.secret), 'hex') <>
     (SELECT d.commitment FROM loyalty_draw AS d WHERE d.programme = NEW.programme AND d.offer = NEW.offer) THEN
    RAISE EXCEPTION 'this is not the secret that was committed to';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loyalty_draw_keeps_its_word BEFORE INSERT ON loyalty_draw_revealed
  FOR EACH ROW EXECUTE FUNCTION loyalty_draw_keeps_its_word();

-- Codes of offers, found by their keyed hash; the codes themselves are nowhere. Whether one was used says the claim on it.
CREATE TABLE loyalty_offer_code (
  hash           bytea PRIMARY KEY CHECK (length(hash) = 32),
  programme      text NOT NULL,
  offer          text NOT NULL,
  pool           text NOT NULL DEFAULT '',      -- those that were made together
  customer_id    uuid,                          -- whose it is; nobody's: whoever shows it
  uses_max       integer NOT NULL DEFAULT 1 CHECK (uses_max >= 0),  -- 0: as often as one likes
  expires_on     date,                          -- the first day on which it is good for nothing
  made_at        timestamptz NOT NULL,
  made_by        text NOT NULL DEFAULT ''
);
CREATE INDEX loyalty_offer_code_pool ON loyalty_offer_code (programme, offer, pool);
CREATE INDEX loyalty_offer_code_customer ON loyalty_offer_code (customer_id) WHERE customer_id IS NOT NULL;
