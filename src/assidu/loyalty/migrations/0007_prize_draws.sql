-- Draws among entries, once they were drawn. Their secret and its commitment lie in loyalty_draw, under the draw's own
-- name there: its code and its last day.

-- The list was fixed, the winners follow from it: all of it is written in one transaction, once for each draw.
CREATE TABLE loyalty_prize_draw (
  programme      text NOT NULL,
  draw           text NOT NULL,
  plan_version   integer NOT NULL,              -- whose prizes these are
  won_at         timestamptz NOT NULL,          -- the instant that the prizes bear
  drawn_at       timestamptz NOT NULL,          -- when it was done
  list_hash      text NOT NULL CHECK (list_hash ~ '^[0-9a-f]{64}$'),
  members        integer NOT NULL CHECK (members >= 0),
  entries        bigint NOT NULL CHECK (entries >= members),
  left_out       jsonb NOT NULL,                -- why, [members, entries]
  PRIMARY KEY (programme, draw),
  FOREIGN KEY (programme, draw) REFERENCES loyalty_draw (programme, offer)
);

CREATE TABLE loyalty_draw_entrant (
  programme      text NOT NULL,
  draw           text NOT NULL,
  customer_id    uuid NOT NULL,
  entries        bigint NOT NULL CHECK (entries > 0),
  PRIMARY KEY (programme, draw, customer_id),
  FOREIGN KEY (programme, draw) REFERENCES loyalty_prize_draw
);

CREATE TRIGGER loyalty_prize_draw_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loyalty_prize_draw
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER loyalty_draw_entrant_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loyalty_draw_entrant
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();

-- What was won. The prize itself is an event in the winner's own sequence, under a key made of this one; ``outcome`` is
-- why it could not be given.
CREATE TABLE loyalty_prize (
  programme      text NOT NULL,
  draw           text NOT NULL,
  place          integer NOT NULL CHECK (place > 0),
  prize          integer NOT NULL CHECK (prize > 0),
  customer_id    uuid NOT NULL,
  number         bigint NOT NULL CHECK (number >= 0),
  entries_left   bigint NOT NULL,
  decided_at     timestamptz,                   -- null: it waits to be given
  outcome        text NOT NULL DEFAULT '',
  PRIMARY KEY (programme, draw, place),
  FOREIGN KEY (programme, draw, customer_id) REFERENCES loyalty_draw_entrant,
  CONSTRAINT counted_off_within CHECK (number < entries_left)
);
CREATE INDEX loyalty_prize_open ON loyalty_prize (programme, draw, place) WHERE decided_at IS NULL;

CREATE FUNCTION loyalty_prize_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.decided_at IS NOT NULL OR NEW.decided_at IS NULL
     OR (NEW.programme, NEW.draw, NEW.place, NEW.prize, NEW.customer_id, NEW.number, NEW.entries_left)
        IS DISTINCT FROM
        (OLD.programme, OLD.draw, OLD.place, OLD.prize, OLD.customer_id, OLD.number, OLD.entries_left)
  THEN
    RAISE EXCEPTION 'a prize is given once, as it was drawn' USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loyalty_prize_decided_once BEFORE UPDATE ON loyalty_prize
  FOR EACH ROW EXECUTE FUNCTION loyalty_prize_decided_once();
CREATE TRIGGER loyalty_prize_kept BEFORE DELETE OR TRUNCATE ON loyalty_prize
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
