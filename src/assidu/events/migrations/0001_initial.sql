-- Facts, appended and never changed. Bodies hold pseudonymous ids only: personal data lies in the customers' room.

CREATE TABLE events_event (
  customer_id    uuid NOT NULL,
  seq            integer NOT NULL CHECK (seq > 0),
  source         text NOT NULL,
  id             text NOT NULL,
  type           text NOT NULL,
  at             timestamptz NOT NULL,          -- when it happened
  recorded_at    timestamptz NOT NULL,          -- when we learnt it
  day            date NOT NULL,                 -- business date, in the programme's zone
  programme      text NOT NULL,
  store_id       text NOT NULL DEFAULT '',
  channel        text NOT NULL DEFAULT '',
  amount_minor   bigint NOT NULL DEFAULT 0,     -- what the customer paid, or got back (negative)
  has_happened   boolean NOT NULL DEFAULT false,-- told after the fact (a file, a till that was cut off)
  body           jsonb NOT NULL,
  PRIMARY KEY (customer_id, seq)
);
CREATE INDEX events_event_day ON events_event (day);

-- Look-ups that nobody ever prunes: the idempotency key, and the ticket that two systems may both send.
CREATE TABLE events_key (
  source         text NOT NULL,
  id             text NOT NULL,
  fingerprint    bytea NOT NULL,                -- HMAC of the meaning: type, time, subject, data
  customer_id    uuid,                          -- null: an anonymous ticket
  seq            integer,
  PRIMARY KEY (source, id)
);

CREATE TABLE events_ticket (
  store_id       text NOT NULL,
  day            date NOT NULL,
  ticket         text NOT NULL,
  customer_id    uuid,
  seq            integer,
  PRIMARY KEY (store_id, day, ticket)
);

-- Tickets without a customer: they count for the card rate and earn nothing.
CREATE TABLE events_anonymous (
  source         text NOT NULL,
  id             text NOT NULL,
  at             timestamptz NOT NULL,
  recorded_at    timestamptz NOT NULL,
  day            date NOT NULL,
  programme      text NOT NULL,
  store_id       text NOT NULL DEFAULT '',
  channel        text NOT NULL DEFAULT '',
  ticket         text NOT NULL DEFAULT '',
  amount_minor   bigint NOT NULL,
  body           jsonb NOT NULL,
  PRIMARY KEY (source, id)
);
CREATE INDEX events_anonymous_day ON events_anonymous (day, store_id);

-- A ticket without a customer that somebody claimed since: the sale of theirs that it became. Once, for ever.
CREATE TABLE events_claim (
  source         text NOT NULL,                 -- the key of the anonymous ticket
  id             text NOT NULL,
  customer_id    uuid NOT NULL,
  seq            integer NOT NULL,
  claimed_at     timestamptz NOT NULL,
  PRIMARY KEY (source, id)
);

-- What was set aside, and why. The content is not kept here: it may hold personal data; its origin and row are.
CREATE TABLE events_reject (
  reject_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at             timestamptz NOT NULL,
  source         text NOT NULL DEFAULT '',
  id             text NOT NULL DEFAULT '',
  origin         text NOT NULL DEFAULT '',      -- the file's name, or the route
  origin_row     bigint,
  code           text NOT NULL,
  detail         text NOT NULL DEFAULT '',
  fingerprint    bytea
);
CREATE INDEX events_reject_at ON events_reject (at DESC);

-- Tickets without a customer, with their keys, all together or not at all.
CREATE FUNCTION events_record_anonymous(
  a_source text[], a_id text[], a_fingerprint bytea[], a_at timestamptz[], a_recorded_at timestamptz[], a_day date[],
  a_programme text[], a_store text[], a_channel text[], a_ticket text[], a_amount bigint[], a_body text[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO events_key (source, id, fingerprint)
    SELECT a.source, a.id, a.fingerprint FROM unnest(a_source, a_id, a_fingerprint) AS a (source, id, fingerprint)
     ORDER BY a.source, a.id;
  INSERT INTO events_ticket (store_id, day, ticket)
    SELECT a.store, a.day, a.ticket FROM unnest(a_store, a_day, a_ticket) AS a (store, day, ticket)
     WHERE a.ticket <> '' ORDER BY a.store, a.day, a.ticket;
  INSERT INTO events_anonymous (source, id, at, recorded_at, day, programme, store_id, channel, ticket, amount_minor,
                                body)
    SELECT a.source, a.id, a.at, a.recorded_at, a.day, a.programme, a.store, a.channel, a.ticket, a.amount,
           a.body::jsonb
      FROM unnest(a_source, a_id, a_at, a_recorded_at, a_day, a_programme, a_store, a_channel, a_ticket, a_amount,
                  a_body)
        AS a (source, id, at, recorded_at, day, programme, store, channel, ticket, amount, body);
END $$;

-- A customer's events are numbered without a gap, whoever writes them.
CREATE FUNCTION events_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A subquery rather than a join: always one look by key for each row, whatever was planned before.
  IF EXISTS (SELECT FROM added AS a
              WHERE a.seq > 1 AND (SELECT e.seq FROM public.events_event AS e
                                    WHERE e.customer_id = a.customer_id AND e.seq = a.seq - 1) IS NULL) THEN
    RAISE EXCEPTION 'an event follows the one before it' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_gap';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER events_event_follow AFTER INSERT ON events_event
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION events_follow();

CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['events_event', 'events_key', 'events_ticket', 'events_anonymous', 'events_claim',
                           'events_reject'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT '
                   'EXECUTE FUNCTION events_refuse_change()', t || '_append_only', t);
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'assidu_app') THEN
      EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM assidu_app', t);
    END IF;
  END LOOP;
END $$;
