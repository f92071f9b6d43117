-- The live programme: its plan's versions, each customer's state, and every decision ever taken.

CREATE TABLE loyalty_plan (
  programme      text NOT NULL,
  version        integer NOT NULL CHECK (version > 0),
  valid_from     timestamptz NOT NULL,
  document       jsonb NOT NULL,
  yaml           text NOT NULL,                 -- as it was written, comments and all
  hash           text NOT NULL,
  published_at   timestamptz NOT NULL,
  published_by   text NOT NULL DEFAULT '',      -- a person's id, or the command line
  note           text NOT NULL DEFAULT '',
  PRIMARY KEY (programme, version)
);

CREATE TABLE loyalty_member (
  customer_id    uuid PRIMARY KEY,
  wallet_id      uuid NOT NULL,
  programme      text NOT NULL,
  seq            integer NOT NULL DEFAULT 0 CHECK (seq >= 0),
  state          jsonb NOT NULL DEFAULT '{}',   -- membership, tiers, counters: what `evolve` folds
  membership     text NOT NULL DEFAULT 'none',  -- from here on: drawn from the state, for lists
  tier           text,
  joined_on      date,
  next_due       date,                          -- the first local day on which something is due
  next_release   timestamptz,                   -- when the first hold runs out
  last_purchase  date,
  purchases      integer NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE INDEX loyalty_member_due ON loyalty_member (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX loyalty_member_release ON loyalty_member (next_release) WHERE next_release IS NOT NULL;

CREATE TABLE loyalty_decision (
  customer_id    uuid NOT NULL,
  seq            integer NOT NULL,
  plan_version   integer NOT NULL,
  semantics      smallint NOT NULL,
  record         jsonb NOT NULL,                -- effects and the inputs of their rules, without the postings
  PRIMARY KEY (customer_id, seq)
);
-- What partners are owed is read from the few decisions that settle something.
CREATE INDEX loyalty_decision_settling ON loyalty_decision (customer_id, seq) WHERE record ? 'settlements';

-- Places that customers share. One row each, taken under its lock.
CREATE TABLE loyalty_quota (
  key            text PRIMARY KEY,
  limit_places   integer NOT NULL CHECK (limit_places >= 0),
  taken          integer NOT NULL DEFAULT 0 CHECK (taken >= 0),
  CONSTRAINT within_limit CHECK (taken <= limit_places)
);

-- What happens to a customer because of another one: written with the decision that says so, decided later in their own
-- sequence, under a key made of this one. ``outcome`` is why it was not, where it could not be.
CREATE TABLE loyalty_emission (
  customer_id    uuid NOT NULL,
  seq            integer NOT NULL,
  n              smallint NOT NULL CHECK (n >= 0),
  programme      text NOT NULL,
  kind           text NOT NULL,
  recipient      uuid NOT NULL,
  at             timestamptz NOT NULL,
  decided_at     timestamptz,
  outcome        text NOT NULL DEFAULT '',
  PRIMARY KEY (customer_id, seq, n)
);
CREATE INDEX loyalty_emission_open ON loyalty_emission (at, customer_id, seq, n) WHERE decided_at IS NULL;

-- The code by which a member brings others: made when it is first asked for.
CREATE TABLE loyalty_referral_code (
  code           text PRIMARY KEY,
  customer_id    uuid NOT NULL UNIQUE,
  made_at        timestamptz NOT NULL
);

-- Whoever writes decisions, one by one or by COPY: what they emit is written with them. Events come before decisions.
CREATE FUNCTION loyalty_emit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM written AS d WHERE d.record ? 'emissions') THEN
    INSERT INTO loyalty_emission (customer_id, seq, n, programme, kind, recipient, at)
      SELECT d.customer_id, d.seq, a.place - 1, e.programme, a.emission ->> 0, (a.emission ->> 1)::uuid, e.at
        FROM written AS d
        JOIN LATERAL (SELECT e.programme, e.at FROM events_event AS e
                       WHERE e.customer_id = d.customer_id AND e.seq = d.seq LIMIT 1) AS e ON true
        CROSS JOIN LATERAL jsonb_array_elements(d.record -> 'emissions') WITH ORDINALITY AS a (emission, place)
       WHERE d.record ? 'emissions';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER loyalty_decision_emits AFTER INSERT ON loyalty_decision
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION loyalty_emit();

CREATE TRIGGER loyalty_plan_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loyalty_plan
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER loyalty_decision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loyalty_decision
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();

-- The one function that locks customers, in the one order. What is read comes after the locks, on purpose:
-- a statement that waits for a lock would see other tables as they were before it waited.
CREATE FUNCTION loyalty_lock(ids uuid[])
  RETURNS TABLE (customer_id uuid, wallet_id uuid, seq integer, state jsonb, last_purchase date, lots json, debts json)
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM loyalty_member AS m WHERE m.customer_id = ANY (ids) ORDER BY m.customer_id FOR UPDATE;
  RETURN QUERY
    SELECT m.customer_id, m.wallet_id, m.seq, m.state, m.last_purchase,
           (SELECT json_agg(json_build_array(l.currency, l.issued_month, l.expires_on, l.remaining - l.pending - l.held))
              FROM ledger_lot AS l WHERE l.customer_id = m.customer_id AND l.remaining > l.pending + l.held),
           (SELECT json_agg(json_build_array(b.currency, b.debt))
              FROM ledger_balance AS b WHERE b.customer_id = m.customer_id AND b.debt > 0)
      FROM loyalty_member AS m WHERE m.customer_id = ANY (ids);
END $$;

-- Opens the desk for a batch, in one round trip: whose events these are (aliases followed), the customers locked, what
-- is already known under the same key or ticket, and the members as they are under the lock. ``n`` counts from 1.
-- ``is_locking`` false: for looking only. ``newest_plan`` tells a server that its plan book is out of date.
-- LATERAL and LIMIT: one look by key for each row, even if it was planned while the tables were empty.
CREATE FUNCTION loyalty_open(
  w_kind text[], w_lookup bytea[], w_customer uuid[], w_source text[], w_id text[], w_store text[], w_day date[],
  w_ticket text[], p_programme text, is_locking boolean
) RETURNS TABLE (
    n integer, customer_id uuid, language text, key_fingerprint bytea, key_customer uuid, key_seq integer,
    is_ticket_known boolean, ticket_customer uuid, ticket_seq integer, wallet_id uuid, seq integer, state jsonb,
    last_purchase date, lots json, debts json, newest_plan integer)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  owners uuid[];
  languages text[];
BEGIN
  SELECT array_agg(coalesce(c.merged_into, c.customer_id) ORDER BY w.n), array_agg(c.language ORDER BY w.n)
    INTO owners, languages
    FROM unnest(w_kind, w_lookup, w_customer) WITH ORDINALITY AS w (kind, lookup, customer, n)
    LEFT JOIN LATERAL (SELECT i.customer_id FROM customers_identifier AS i
                        WHERE i.kind = w.kind AND i.lookup = w.lookup LIMIT 1) AS i ON true
    LEFT JOIN LATERAL (SELECT c.customer_id, c.merged_into, c.language FROM customers_customer AS c
                        WHERE c.customer_id = coalesce(w.customer, i.customer_id) LIMIT 1) AS c ON true;
  IF is_locking THEN
    PERFORM 1 FROM loyalty_member AS m WHERE m.customer_id = ANY (owners) ORDER BY m.customer_id FOR UPDATE;
  END IF;
  RETURN QUERY
    SELECT w.n::integer, w.customer, w.language, k.fingerprint, k.customer_id, k.seq,
           t.store_id IS NOT NULL, t.customer_id, t.seq, m.wallet_id, m.seq, m.state, m.last_purchase,
           (SELECT json_agg(json_build_array(l.currency, l.issued_month, l.expires_on, l.remaining - l.pending - l.held))
              FROM ledger_lot AS l WHERE l.customer_id = m.customer_id AND l.remaining > l.pending + l.held),
           (SELECT json_agg(json_build_array(b.currency, b.debt))
              FROM ledger_balance AS b WHERE b.customer_id = m.customer_id AND b.debt > 0),
           (SELECT max(p.version) FROM loyalty_plan AS p WHERE p.programme = p_programme)
      FROM unnest(owners, languages, w_source, w_id, w_store, w_day, w_ticket) WITH ORDINALITY
        AS w (customer, language, source, id, store, day, ticket, n)
      LEFT JOIN LATERAL (SELECT k.fingerprint, k.customer_id, k.seq FROM events_key AS k
                          WHERE k.source = w.source AND k.id = w.id LIMIT 1) AS k ON true
      LEFT JOIN LATERAL (SELECT t.store_id, t.customer_id, t.seq FROM events_ticket AS t
                          WHERE t.store_id = w.store AND t.day = w.day AND t.ticket = w.ticket LIMIT 1) AS t ON true
      LEFT JOIN LATERAL (SELECT m.customer_id, m.wallet_id, m.seq, m.state, m.last_purchase FROM loyalty_member AS m
                          WHERE m.customer_id = w.customer LIMIT 1) AS m ON true
     ORDER BY w.n;
END $$;

-- Gives customers their wallet and their place in the programme, where they have none yet.
CREATE FUNCTION loyalty_enrol(customers uuid[], wallets uuid[], p_programme text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO loyalty_member (customer_id, wallet_id, programme)
    SELECT a.customer, a.wallet, p_programme FROM unnest(customers, wallets) AS a (customer, wallet)
     ORDER BY a.customer
  ON CONFLICT DO NOTHING;
  INSERT INTO ledger_wallet (customer_id, wallet_id)
    SELECT m.customer_id, m.wallet_id FROM loyalty_member AS m WHERE m.customer_id = ANY (customers)
  ON CONFLICT DO NOTHING;
$$;

-- Locks the places that customers share, in the one order, after the customers; makes the rows that are missing.
CREATE FUNCTION loyalty_lock_quotas(keys text[], limits integer[]) RETURNS TABLE (key text, taken integer)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO loyalty_quota (key, limit_places)
    SELECT a.key, a.places FROM unnest(keys, limits) AS a (key, places) ORDER BY a.key
  ON CONFLICT (key) DO UPDATE  -- also where nothing changes: this is what locks the row
     SET limit_places = greatest(excluded.limit_places, loyalty_quota.taken);
  RETURN QUERY SELECT q.key, q.taken FROM loyalty_quota AS q WHERE q.key = ANY (keys);
END $$;

-- Writes decided events, all together or not at all: one event or hundreds, each array one column.
-- Whoever calls it holds the customers' locks. Order: decisions follow events, members close.
CREATE FUNCTION loyalty_record(
  e_customer uuid[], e_seq integer[], e_source text[], e_id text[], e_fingerprint bytea[], e_type text[],
  e_at timestamptz[], e_recorded_at timestamptz[], e_day date[], e_programme text[], e_store text[],
  e_channel text[], e_ticket text[], e_amount bigint[], e_has_happened boolean[], e_body text[],
  d_plan integer[], d_semantics smallint[], d_record text[],
  p_customer uuid[], p_seq integer[], p_n smallint[], p_wallet uuid[], p_source smallint[], p_target smallint[],
  p_currency text[], p_quantity bigint[], p_issued date[], p_expires date[], p_reverses_seq integer[],
  p_reverses_n smallint[], p_day date[], p_active date[],
  m_customer uuid[], m_seq integer[], m_state text[], m_membership text[], m_tier text[], m_joined_on date[],
  m_next_due date[], m_last_purchase date[], m_purchases integer[], m_next_release timestamptz[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO events_key (source, id, fingerprint, customer_id, seq)
    SELECT e.source, e.id, e.fingerprint, e.customer, e.seq
      FROM unnest(e_source, e_id, e_fingerprint, e_customer, e_seq) AS e (source, id, fingerprint, customer, seq)
     ORDER BY e.source, e.id;
  INSERT INTO events_ticket (store_id, day, ticket, customer_id, seq)
    SELECT e.store, e.day, e.ticket, e.customer, e.seq
      FROM unnest(e_store, e_day, e_ticket, e_customer, e_seq) AS e (store, day, ticket, customer, seq)
     WHERE e.ticket <> '' ORDER BY e.store, e.day, e.ticket;
  INSERT INTO events_event (customer_id, seq, source, id, type, at, recorded_at, day, programme, store_id, channel,
                            amount_minor, has_happened, body)
    SELECT e.customer, e.seq, e.source, e.id, e.type, e.at, e.recorded_at, e.day, e.programme, e.store, e.channel,
           e.amount, e.has_happened, e.body::jsonb
      FROM unnest(e_customer, e_seq, e_source, e_id, e_type, e_at, e_recorded_at, e_day, e_programme, e_store,
                  e_channel, e_amount, e_has_happened, e_body)
        AS e (customer, seq, source, id, type, at, recorded_at, day, programme, store, channel, amount,
              has_happened, body);
  INSERT INTO loyalty_decision (customer_id, seq, plan_version, semantics, record)
    SELECT d.customer, d.seq, d.plan, d.semantics, d.record::jsonb
      FROM unnest(e_customer, e_seq, d_plan, d_semantics, d_record) AS d (customer, seq, plan, semantics, record);
  IF cardinality(p_customer) > 0 THEN
    INSERT INTO ledger_posting (customer_id, seq, n, wallet_id, source, target, currency, quantity, issued_month,
                                expires_on, reverses_seq, reverses_n, day, active_on)
      SELECT * FROM unnest(p_customer, p_seq, p_n, p_wallet, p_source, p_target, p_currency, p_quantity, p_issued,
                           p_expires, p_reverses_seq, p_reverses_n, p_day, p_active);
  END IF;
  UPDATE loyalty_member AS m
     SET seq = n.seq, state = n.state::jsonb, membership = n.membership, tier = n.tier, joined_on = n.joined_on,
         next_due = n.next_due, last_purchase = n.last_purchase, purchases = n.purchases,
         next_release = n.next_release
    FROM unnest(m_customer, m_seq, m_state, m_membership, m_tier, m_joined_on, m_next_due, m_last_purchase,
                m_purchases, m_next_release)
      AS n (customer, seq, state, membership, tier, joined_on, next_due, last_purchase, purchases, next_release)
   WHERE m.customer_id = n.customer;
END $$;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'assidu_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON loyalty_plan, loyalty_decision FROM assidu_app;
    REVOKE DELETE, TRUNCATE ON loyalty_member FROM assidu_app;
  END IF;
END $$;
