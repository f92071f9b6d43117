-- Read by any BI tool. Stable: a column may be added, never renamed or dropped without a release of notice.
-- Customers are pseudonymous here: no name, no card, no address. Days are business days of the programme's zone.
CREATE SCHEMA bi;

CREATE VIEW bi.store AS
  SELECT store_id, name, town, region, channel, opened_on, is_invented FROM catalogue_store;

CREATE VIEW bi.department AS
  SELECT department, name_fr, name_en FROM catalogue_department;

CREATE VIEW bi.product AS
  SELECT sku, name, department, category, brand, vat_bp, kind, is_invented FROM catalogue_product;

CREATE VIEW bi.customer AS
  SELECT m.customer_id, m.programme, m.membership, m.tier, m.joined_on, m.last_purchase, m.purchases,
         c.store_id, c.town, c.language, extract(year FROM c.birth_date)::integer AS birth_year,
         c.merged_into, c.is_invented
    FROM loyalty_member AS m JOIN customers_customer AS c USING (customer_id);

CREATE VIEW bi.event AS
  SELECT e.customer_id, e.seq, e.type, e.source, e.id, e.at, e.recorded_at, e.day, e.programme, e.store_id, e.channel,
         e.amount_minor, d.plan_version, d.semantics
    FROM events_event AS e JOIN loyalty_decision AS d USING (customer_id, seq);

-- Tickets of customers and tickets without one, a claimed one once; returns are in bi.event with a negative amount.
CREATE VIEW bi.sale AS
  SELECT customer_id, seq, source, id, at, day, programme, store_id, channel, body ->> 'ticket' AS ticket, amount_minor,
         jsonb_array_length(body -> 'lines') AS line_count
    FROM events_event WHERE type = 'Order Completed'
  UNION ALL
  SELECT NULL, NULL, source, id, at, day, programme, store_id, channel, ticket, amount_minor,
         coalesce(jsonb_array_length(body -> 'lines'), 0)
    FROM events_anonymous AS a
   WHERE NOT EXISTS (SELECT FROM events_claim AS c WHERE c.source = a.source AND c.id = a.id);

CREATE VIEW bi.sale_line AS
  SELECT e.customer_id, e.seq, e.day, e.store_id, e.channel, (line.n - 1)::integer AS line,
         line.fields ->> 0 AS sku, (line.fields ->> 1)::bigint AS quantity, (line.fields ->> 2)::bigint AS amount_minor,
         (line.fields ->> 3)::bigint AS discount_minor, line.fields ->> 4 AS department, line.fields ->> 5 AS brand,
         (line.fields ->> 6)::integer AS vat_bp, coalesce(line.fields ->> 7, 'product') AS kind
    FROM events_event AS e, jsonb_array_elements(e.body -> 'lines') WITH ORDINALITY AS line (fields, n)
   WHERE e.type = 'Order Completed';

CREATE VIEW bi.account AS
  SELECT * FROM (VALUES (1, 'available', true), (2, 'pending', true), (3, 'held', true), (4, 'debt', true),
                        (10, 'issued', false), (11, 'used', false), (12, 'breakage', false), (13, 'corrected', false),
                        (14, 'opening', false), (15, 'in_transit', false), (16, 'variance', false),
                        (17, 'forfeited', false)) AS a (account, name, is_in_wallet);

CREATE VIEW bi.movement AS
  SELECT p.customer_id, p.seq, p.n, p.day, p.currency, s.name AS source, t.name AS target, p.quantity, p.issued_month,
         nullif(p.expires_on, DATE '9999-12-31') AS expires_on, p.reverses_seq, p.reverses_n
    FROM ledger_posting AS p JOIN bi.account AS s ON s.account = p.source JOIN bi.account AS t ON t.account = p.target;

-- What each rule gave on each event.
CREATE VIEW bi.award AS
  SELECT d.customer_id, d.seq, e.day, d.plan_version, award ->> 0 AS rule, award ->> 1 AS currency,
         (award ->> 2)::bigint AS quantity, (award ->> 3)::bigint AS basis_minor
    FROM loyalty_decision AS d JOIN events_event AS e USING (customer_id, seq),
         jsonb_array_elements(d.record -> 'awards') AS award;

CREATE VIEW bi.tier_change AS
  SELECT d.customer_id, d.seq, e.day, d.record -> 'tier' ->> 0 AS tier, (d.record -> 'tier' ->> 1)::date AS since,
         (d.record -> 'tier' ->> 2)::date AS until, d.record -> 'tier' ->> 3 AS cause
    FROM loyalty_decision AS d JOIN events_event AS e USING (customer_id, seq)
   WHERE d.record ? 'tier';

CREATE VIEW bi.balance AS
  SELECT customer_id, currency, posted, held, posted - held AS available, debt FROM ledger_balance;

CREATE VIEW bi.lot AS
  SELECT customer_id, currency, issued_month, nullif(expires_on, DATE '9999-12-31') AS expires_on, remaining
    FROM ledger_lot WHERE remaining > 0;

-- Double entry, summed: what each account of the programme gave or took, day by day. Sums to zero by currency.
CREATE VIEW bi.trial_balance AS
  SELECT day, currency, account, sum(quantity)::bigint AS change
    FROM (SELECT day, currency, target AS account, quantity FROM bi.movement
          UNION ALL
          SELECT day, currency, source, -quantity FROM bi.movement) AS side
   GROUP BY 1, 2, 3;

DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'assidu_app') THEN
    GRANT USAGE ON SCHEMA bi TO assidu_app;
    GRANT SELECT ON ALL TABLES IN SCHEMA bi TO assidu_app;
  END IF;
END $$;
