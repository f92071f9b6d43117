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
CREATE INDEX customers_customer_search ON customers_customer (search_name text_pattern_ops);
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

-- Personal fields that came inside an event, sealed with the customer's key.
CREATE TABLE customers_event_personal (
  customer_id    uuid NOT NULL,
  seq            integer NOT NULL,
  sealed         bytea NOT NULL,
  PRIMARY KEY (customer_id, seq)
);
