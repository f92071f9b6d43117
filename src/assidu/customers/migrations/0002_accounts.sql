-- Accounts that several people share: customers of their own kind. Somebody belongs to one at most, at a time.

ALTER TABLE customers_customer ADD COLUMN kind text NOT NULL DEFAULT 'person';
-- Not validated: whoever was there before has the default.
ALTER TABLE customers_customer
  ADD CONSTRAINT known_kind CHECK (kind IN ('person', 'household', 'company')) NOT VALID;

CREATE TABLE customers_belonging (
  customer_id    uuid PRIMARY KEY,              -- who belongs
  account_id     uuid NOT NULL,                 -- to what: what is told of them is the account's
  roles          text[] NOT NULL DEFAULT '{}',
  since          timestamptz NOT NULL,
  CONSTRAINT nobody_in_themselves CHECK (customer_id <> account_id)
);
CREATE INDEX customers_belonging_account ON customers_belonging (account_id, since);

-- Personal fields that came inside an event of an account, sealed with the key of whom it was told.
CREATE TABLE customers_shared_personal (
  person_id      uuid NOT NULL,
  customer_id    uuid NOT NULL,                 -- the account
  seq            integer NOT NULL,
  sealed         bytea NOT NULL,
  PRIMARY KEY (person_id, customer_id, seq)
);
CREATE INDEX customers_shared_personal_event ON customers_shared_personal (customer_id, seq);

-- Somebody enters an account, or leaves it. Their rows are locked like those of two who are merged, so that whoever
-- erases one of them meanwhile sees it or is waited for.
CREATE FUNCTION customers_enter(person uuid, account uuid, at timestamptz) RETURNS void LANGUAGE sql AS $$
  SELECT 1 FROM customers_customer WHERE customer_id IN (person, account) ORDER BY customer_id FOR UPDATE;
  INSERT INTO customers_belonging (customer_id, account_id, since) VALUES (person, account, at);
$$;
CREATE FUNCTION customers_exit(person uuid, account uuid) RETURNS void LANGUAGE sql AS $$
  SELECT 1 FROM customers_customer WHERE customer_id IN (person, account) ORDER BY customer_id FOR UPDATE;
  DELETE FROM customers_belonging WHERE customer_id = person AND account_id = account;
$$;
