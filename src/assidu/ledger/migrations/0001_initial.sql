-- Double entry, append-only, whole units. A posting moves a positive quantity between two accounts, so the books
-- balance by construction. Lots and balances follow from postings: this trigger keeps them, and nobody else may.
-- Of what remains of a lot, or is posted to a balance, what is pending or held cannot be used.
--
-- Accounts inside a wallet: 1 available, 2 pending, 3 held, 4 debt. The programme's, summed and never stored:
-- 10 issued, 11 used, 12 breakage, 13 corrected, 14 opening, 15 in transit, 16 variance, 17 forfeited.

CREATE TABLE ledger_wallet (
  customer_id    uuid NOT NULL,
  wallet_id      uuid NOT NULL,
  PRIMARY KEY (customer_id, wallet_id)
);

CREATE TABLE ledger_posting (
  customer_id    uuid NOT NULL,
  seq            integer NOT NULL,
  n              smallint NOT NULL CHECK (n >= 0),
  wallet_id      uuid NOT NULL,
  source         smallint NOT NULL,
  target         smallint NOT NULL,
  currency       text NOT NULL,
  quantity       bigint NOT NULL CHECK (quantity > 0),
  issued_month   date,                          -- the lot, where one grows or shrinks
  expires_on     date,                          -- 9999-12-31: never
  reverses_seq   integer,                       -- the posting of this customer that is undone
  reverses_n     smallint,
  day            date NOT NULL,                 -- business date of the event
  active_on      date,                          -- from when units that wait can be used, where some come in or go out
  PRIMARY KEY (customer_id, seq, n),
  CONSTRAINT two_accounts CHECK (source <> target),
  CONSTRAINT known_accounts CHECK (source IN (1,2,3,4,10,11,12,13,14,15,16,17) AND target IN (1,2,3,4,10,11,12,13,14,15,16,17)),
  CONSTRAINT touches_the_wallet CHECK (source < 10 OR target < 10),
  CONSTRAINT lot_iff_units CHECK ((issued_month IS NOT NULL) = (source IN (1,2,3) OR target IN (1,2,3))
                                  AND (issued_month IS NULL) = (expires_on IS NULL)),
  CONSTRAINT active_iff_pending CHECK ((active_on IS NOT NULL) = (source = 2 OR target = 2)),
  CONSTRAINT reverses_something_earlier CHECK ((reverses_seq IS NULL) = (reverses_n IS NULL) AND reverses_seq < seq)
);
CREATE INDEX ledger_posting_reverses ON ledger_posting (customer_id, reverses_seq, reverses_n) WHERE reverses_seq IS NOT NULL;
CREATE INDEX ledger_posting_day ON ledger_posting (day);

CREATE TABLE ledger_lot (
  customer_id    uuid NOT NULL,
  wallet_id      uuid NOT NULL,
  currency       text NOT NULL,
  issued_month   date NOT NULL,
  expires_on     date NOT NULL,
  remaining      bigint NOT NULL CONSTRAINT lot_not_negative CHECK (remaining >= 0),
  pending        bigint NOT NULL DEFAULT 0 CONSTRAINT lot_pending_not_negative CHECK (pending >= 0),
  held           bigint NOT NULL DEFAULT 0 CONSTRAINT lot_held_not_negative CHECK (held >= 0),
  CONSTRAINT lot_within_remaining CHECK (pending + held <= remaining),
  PRIMARY KEY (customer_id, wallet_id, currency, issued_month, expires_on)
) WITH (fillfactor = 80);

CREATE TABLE ledger_balance (
  customer_id    uuid NOT NULL,
  wallet_id      uuid NOT NULL,
  currency       text NOT NULL,
  posted         bigint NOT NULL CONSTRAINT balance_not_negative CHECK (posted >= 0),
  held           bigint NOT NULL DEFAULT 0 CONSTRAINT held_within_balance CHECK (held >= 0 AND held <= posted),
  pending        bigint NOT NULL DEFAULT 0
                 CONSTRAINT pending_within_balance CHECK (pending >= 0 AND pending + held <= posted),
  debt           bigint NOT NULL DEFAULT 0 CONSTRAINT debt_not_negative CHECK (debt >= 0),
  PRIMARY KEY (customer_id, wallet_id, currency)
) WITH (fillfactor = 80);

CREATE FUNCTION ledger_apply() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- It writes with its owner's rights: nobody may hang it on a table of theirs and fill wallets from there.
  IF TG_RELID <> 'public.ledger_posting'::regclass THEN
    RAISE EXCEPTION 'ledger_apply serves ledger_posting alone' USING ERRCODE = 'insufficient_privilege';
  END IF;

  -- Subqueries rather than joins, here and below: always one look by key for each row, whatever was planned before.
  IF EXISTS (SELECT FROM added AS a
              WHERE (SELECT e.day FROM events_event AS e WHERE e.customer_id = a.customer_id AND e.seq = a.seq)
                    IS DISTINCT FROM a.day
                 OR (SELECT w.wallet_id FROM ledger_wallet AS w
                      WHERE w.customer_id = a.customer_id AND w.wallet_id = a.wallet_id) IS NULL) THEN
    RAISE EXCEPTION 'a posting belongs to an event of its customer and day, and to a wallet of its customer'
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'posting_of_an_event';
  END IF;

  -- An event's postings are written together, in one statement: nobody adds to what is already in the books.
  IF EXISTS (SELECT FROM (SELECT customer_id, seq, count(*) AS written FROM added GROUP BY 1, 2) AS a
              WHERE a.written <> (SELECT count(*) FROM ledger_posting AS p
                                   WHERE p.customer_id = a.customer_id AND p.seq = a.seq)) THEN
    RAISE EXCEPTION 'an event that has its postings gets no more'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'posted_once';
  END IF;

  IF EXISTS (SELECT FROM added WHERE reverses_seq IS NOT NULL) THEN
    -- Two who reverse the same posting at once: the second waits here, and then sees the first.
    PERFORM 1 FROM ledger_wallet AS w
      WHERE (w.customer_id, w.wallet_id) IN (SELECT customer_id, wallet_id FROM added WHERE reverses_seq IS NOT NULL)
      ORDER BY w.customer_id, w.wallet_id FOR UPDATE;
    PERFORM 1
      FROM (SELECT DISTINCT customer_id, wallet_id, currency, reverses_seq, reverses_n, source, target
              FROM added WHERE reverses_seq IS NOT NULL) AS r
      LEFT JOIN ledger_posting AS original
        ON original.customer_id = r.customer_id AND original.seq = r.reverses_seq AND original.n = r.reverses_n
     WHERE original.quantity IS NULL
        OR original.reverses_seq IS NOT NULL
        OR original.currency <> r.currency OR original.wallet_id <> r.wallet_id
        -- Back to the programme's account that gave, or out of the account that received.
        OR CASE WHEN original.source >= 10 THEN r.target <> original.source ELSE r.source <> original.target END
        OR original.quantity < (SELECT sum(p.quantity) FROM ledger_posting AS p
                                 WHERE p.customer_id = r.customer_id
                                   AND p.reverses_seq = r.reverses_seq AND p.reverses_n = r.reverses_n);
    IF FOUND THEN
      RAISE EXCEPTION 'a posting is reversed beyond its quantity, or not back, or does not exist, or is itself a reversal'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'reversed_within_original';
    END IF;
  END IF;

  MERGE INTO ledger_lot AS lot
  USING (SELECT customer_id, wallet_id, currency, issued_month, expires_on,
                sum((CASE WHEN target IN (1,2,3) THEN quantity ELSE 0 END)
                  - (CASE WHEN source IN (1,2,3) THEN quantity ELSE 0 END)) AS remaining,
                sum((CASE WHEN target = 2 THEN quantity ELSE 0 END)
                  - (CASE WHEN source = 2 THEN quantity ELSE 0 END)) AS pending,
                sum((CASE WHEN target = 3 THEN quantity ELSE 0 END)
                  - (CASE WHEN source = 3 THEN quantity ELSE 0 END)) AS held
           FROM added WHERE issued_month IS NOT NULL
          GROUP BY 1, 2, 3, 4, 5) AS moved
     ON lot.customer_id = moved.customer_id AND lot.wallet_id = moved.wallet_id AND lot.currency = moved.currency
        AND lot.issued_month = moved.issued_month AND lot.expires_on = moved.expires_on
   WHEN MATCHED THEN UPDATE SET remaining = lot.remaining + moved.remaining, pending = lot.pending + moved.pending,
                                held = lot.held + moved.held
   WHEN NOT MATCHED THEN INSERT (customer_id, wallet_id, currency, issued_month, expires_on, remaining, pending, held)
        VALUES (moved.customer_id, moved.wallet_id, moved.currency, moved.issued_month, moved.expires_on,
                moved.remaining, moved.pending, moved.held);

  MERGE INTO ledger_balance AS balance
  USING (SELECT customer_id, wallet_id, currency,
                sum((CASE WHEN target IN (1,2,3) THEN quantity ELSE 0 END)
                  - (CASE WHEN source IN (1,2,3) THEN quantity ELSE 0 END)) AS posted,
                sum((CASE WHEN target = 3 THEN quantity ELSE 0 END)
                  - (CASE WHEN source = 3 THEN quantity ELSE 0 END)) AS held,
                sum((CASE WHEN target = 2 THEN quantity ELSE 0 END)
                  - (CASE WHEN source = 2 THEN quantity ELSE 0 END)) AS pending,
                sum((CASE WHEN source = 4 THEN quantity ELSE 0 END)
                  - (CASE WHEN target = 4 THEN quantity ELSE 0 END)) AS debt
           FROM added GROUP BY 1, 2, 3) AS moved
     ON balance.customer_id = moved.customer_id AND balance.wallet_id = moved.wallet_id
        AND balance.currency = moved.currency
   WHEN MATCHED THEN UPDATE SET posted = balance.posted + moved.posted, held = balance.held + moved.held,
                                pending = balance.pending + moved.pending, debt = balance.debt + moved.debt
   WHEN NOT MATCHED THEN INSERT (customer_id, wallet_id, currency, posted, held, pending, debt)
        VALUES (moved.customer_id, moved.wallet_id, moved.currency, moved.posted, moved.held, moved.pending,
                moved.debt);
  RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION ledger_apply() FROM PUBLIC;
CREATE TRIGGER ledger_posting_apply AFTER INSERT ON ledger_posting
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply();
CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_posting
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'assidu_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON ledger_posting, ledger_wallet FROM assidu_app;
    REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ledger_lot, ledger_balance FROM assidu_app;
  END IF;
END $$;
