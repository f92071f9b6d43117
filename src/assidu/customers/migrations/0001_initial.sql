-- The one room with personal data. Names lie in clear here, for search; ways to reach somebody are sealed with the
-- customer's own key and found by keyed hash. Destroying the key is what erasure does.

CREATE TABLE customers_key (
  customer_id    uuid PRIMARY KEY,
  wrapped        bytea NOT NULL                 -- 32 random bytes, sealed with the deployment's vault key
);

CREATE TABLE customers_customer (
  customer_id    uuid PRIMARY KEY,
  created_at     timestamptz NOT NULL,
  merged_into    uuid,                          -- reads follow this alias
  title          text NOT NULL DEFAULT '',
  first_name     text NOT NULL DEFAULT '',
  last_name      text NOT NULL DEFAULT '',
  search_name    text NOT NULL DEFAULT '',      -- last and first name, without accents, in lower case
  birth_date     date,
  postcode       text NOT NULL DEFAULT '',
  town           text NOT NULL DEFAULT '',
  language       text NOT NULL DEFAULT '',
  store_id       text NOT NULL DEFAULT '',      -- where the customer joined
  sealed         bytea,                         -- e-mail, telephone, address, cards: JSON under the customer's key
  is_invented    boolean NOT NULL DEFAULT false,
  erased_at      timestamptz
);
CREATE INDEX customers_customer_search ON customers_customer (search_name text_pattern_ops, customer_id);
CREATE INDEX customers_customer_words ON customers_customer USING gin (to_tsvector('simple', search_name));
CREATE INDEX customers_customer_merged ON customers_customer (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE customers_identifier (
  kind           text NOT NULL,                 -- card, phone, email, external
  lookup         bytea NOT NULL,                -- HMAC of the normalised value
  customer_id    uuid NOT NULL,
  added_at       timestamptz NOT NULL,
  source         text NOT NULL DEFAULT '',
  PRIMARY KEY (kind, lookup)
);
CREATE INDEX customers_identifier_customer ON customers_identifier (customer_id);

-- Devices on which customers joined, told apart by a keyed hash; several people may share one.
CREATE TABLE customers_device (
  customer_id    uuid NOT NULL,
  lookup         bytea NOT NULL,
  added_at       timestamptz NOT NULL,
  PRIMARY KEY (customer_id, lookup)
);

-- Personal fields that came inside an event, sealed with the customer's key.
CREATE TABLE customers_event_personal (
  customer_id    uuid NOT NULL,
  seq            integer NOT NULL,
  sealed         bytea NOT NULL,
  PRIMARY KEY (customer_id, seq)
);

-- Links with which somebody opens their own page without signing in. What the address carries is known here by its
-- hash alone; erasing the customer removes them.
CREATE TABLE customers_link (
  secret         bytea PRIMARY KEY,             -- SHA-256
  link_id        uuid NOT NULL,                 -- what logs may say of it
  customer_id    uuid NOT NULL,
  made_at        timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL,
  revoked_at     timestamptz
);
CREATE INDEX customers_link_customer ON customers_link (customer_id);

-- Two customers who shared an identifier in one message. The lower id comes first: a pair is noted once.
CREATE TABLE customers_possible_duplicate (
  customer_id    uuid NOT NULL,
  other_id       uuid NOT NULL,
  kind           text NOT NULL,                 -- the identifier that both wanted
  source         text NOT NULL DEFAULT '',
  noted_at       timestamptz NOT NULL,
  settled_at     timestamptz,                   -- merged, or found to be two people
  PRIMARY KEY (customer_id, other_id, kind),
  CONSTRAINT lower_id_first CHECK (customer_id < other_id)
);
CREATE INDEX customers_possible_duplicate_other ON customers_possible_duplicate (other_id);

-- Whose identifiers these are, aliases followed. Unknown ones are left out.
CREATE FUNCTION customers_find(i_kind text[], i_lookup bytea[])
  RETURNS TABLE (kind text, lookup bytea, customer_id uuid)
  LANGUAGE sql STABLE AS $$
  SELECT i.kind, i.lookup, coalesce(c.merged_into, c.customer_id)
    FROM unnest(i_kind, i_lookup) AS asked (kind, lookup)
    JOIN customers_identifier AS i ON i.kind = asked.kind AND i.lookup = asked.lookup
    JOIN customers_customer AS c ON c.customer_id = i.customer_id
$$;

-- Finds the owner of each identifier and makes a customer where there is none. Identifiers are distinct; each comes
-- with the customer that it would make. Two who open the same card at once wait for one another, in one order.
CREATE FUNCTION customers_open(
  i_kind text[], i_lookup bytea[], c_id uuid[], c_wrapped bytea[], c_sealed bytea[], c_store text[], c_source text[],
  c_at timestamptz
) RETURNS TABLE (kind text, lookup bytea, customer_id uuid, is_new boolean)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE made uuid[];
BEGIN
  WITH won AS (
    INSERT INTO customers_identifier (kind, lookup, customer_id, added_at, source)
      SELECT a.kind, a.lookup, a.customer_id, c_at, a.source
        FROM unnest(i_kind, i_lookup, c_id, c_source) AS a (kind, lookup, customer_id, source)
       ORDER BY a.kind, a.lookup
    ON CONFLICT DO NOTHING RETURNING customer_id
  ), opened AS (
    INSERT INTO customers_customer (customer_id, created_at, store_id, sealed)
      SELECT a.customer_id, c_at, a.store_id, a.sealed
        FROM unnest(c_id, c_store, c_sealed) AS a (customer_id, store_id, sealed) JOIN won USING (customer_id)
    RETURNING customer_id
  ), keyed AS (
    INSERT INTO customers_key (customer_id, wrapped)
      SELECT a.customer_id, a.wrapped FROM unnest(c_id, c_wrapped) AS a (customer_id, wrapped)
        JOIN won USING (customer_id)
  )
  SELECT coalesce(array_agg(opened.customer_id), '{}') INTO made FROM opened;
  RETURN QUERY SELECT f.kind, f.lookup, f.customer_id, f.customer_id = ANY (made) FROM customers_find(i_kind, i_lookup) AS f;
END $$;

-- Gives further identifiers to customers. One that somebody else already has stays theirs, and the two are noted.
-- Who is erased, or is being erased meanwhile, gets none. Answers the customers that were noted.
CREATE FUNCTION customers_claim(i_kind text[], i_lookup bytea[], c_id uuid[], c_source text[], c_at timestamptz)
  RETURNS TABLE (customer_id uuid, other_id uuid, kind text)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO customers_identifier (kind, lookup, customer_id, added_at, source)
    SELECT a.kind, a.lookup, a.customer_id, c_at, a.source
      FROM unnest(i_kind, i_lookup, c_id, c_source) AS a (kind, lookup, customer_id, source)
      JOIN customers_customer AS c ON c.customer_id = a.customer_id AND c.erased_at IS NULL
     ORDER BY a.kind, a.lookup
  ON CONFLICT DO NOTHING;
  -- Identifiers before customers, in the one order of locks: so it is known only now whether they are still there.
  PERFORM 1 FROM customers_customer AS c WHERE c.customer_id = ANY (c_id) ORDER BY c.customer_id FOR UPDATE;
  DELETE FROM customers_identifier AS i
   USING customers_customer AS c
   WHERE c.customer_id = ANY (c_id) AND c.erased_at IS NOT NULL AND i.customer_id = c.customer_id;
  RETURN QUERY
    WITH asked AS (
      SELECT a.kind, a.source, coalesce(mine.merged_into, mine.customer_id) AS mine, f.customer_id AS theirs
        FROM unnest(i_kind, i_lookup, c_id, c_source) AS a (kind, lookup, customer_id, source)
        JOIN customers_customer AS mine ON mine.customer_id = a.customer_id AND mine.erased_at IS NULL
        JOIN customers_find(i_kind, i_lookup) AS f ON f.kind = a.kind AND f.lookup = a.lookup
    )
    INSERT INTO customers_possible_duplicate (customer_id, other_id, kind, source, noted_at)
      SELECT DISTINCT ON (1, 2, 3) least(a.mine, a.theirs), greatest(a.mine, a.theirs), a.kind, a.source, c_at
        FROM asked AS a WHERE a.mine <> a.theirs
    ON CONFLICT DO NOTHING
    RETURNING customer_id, other_id, kind;
END $$;

-- A merger: from now on reads of the absorbed customers, and of whoever they had absorbed, follow to the survivor.
CREATE FUNCTION customers_alias(absorbed uuid, survivor uuid, settled timestamptz) RETURNS void LANGUAGE sql AS $$
  -- The survivor too: who erases the survivor meanwhile either sees this merger or is waited for.
  SELECT 1 FROM customers_customer WHERE customer_id IN (absorbed, survivor) OR merged_into = absorbed
   ORDER BY customer_id FOR UPDATE;
  UPDATE customers_customer SET merged_into = survivor WHERE customer_id = absorbed OR merged_into = absorbed;
  UPDATE customers_possible_duplicate SET settled_at = settled
   WHERE settled_at IS NULL AND customer_id = least(absorbed, survivor) AND other_id = greatest(absorbed, survivor);
$$;

-- A merger undone: who had been absorbed is found again under their own identifiers, and whoever they had absorbed
-- before (``theirs``) leads to them.
CREATE FUNCTION customers_unalias(absorbed uuid, survivor uuid, theirs uuid[]) RETURNS void LANGUAGE sql AS $$
  SELECT 1 FROM customers_customer WHERE customer_id IN (absorbed, survivor) OR customer_id = ANY (theirs)
   ORDER BY customer_id FOR UPDATE;
  UPDATE customers_customer SET merged_into = NULL WHERE customer_id = absorbed AND merged_into = survivor;
  UPDATE customers_customer SET merged_into = absorbed WHERE customer_id = ANY (theirs) AND merged_into = survivor;
$$;
