-- The figures of the dashboard, month by month, for BI tools: added up from the same rows in the same way as
-- `measurement.sums` does. What a unit is worth at face value is what the version in force says, as on the dashboard.
CREATE VIEW bi.currency AS
  SELECT p.programme, c.written ->> 'code' AS currency, c.written ->> 'kind' AS kind,
         coalesce((c.written -> 'worth' ->> 'amount')::numeric
                  * power(10::numeric, coalesce((p.document -> 'sale_currency' ->> 'decimals')::integer, 2)),
                  0)::bigint AS worth_minor,
         coalesce((c.written -> 'worth' ->> 'units')::bigint, 1) AS worth_units
    FROM (SELECT DISTINCT ON (programme) programme, document FROM loyalty_plan
           ORDER BY programme, valid_from <= now() DESC, abs(extract(epoch FROM valid_from - now())), version DESC) AS p,
         jsonb_array_elements(p.document -> 'currencies') AS c (written);

-- Sales by store, and those of no store. An anonymous ticket that was claimed is among those of customers.
CREATE VIEW bi.kpi_month_store AS
  SELECT date_trunc('month', day)::date AS month, nullif(store_id, '') AS store_id,
         count(DISTINCT customer_id) FILTER (WHERE type = 'Order Completed') AS active,
         count(*) FILTER (WHERE type = 'Member Joined') AS joined,
         count(*) FILTER (WHERE type = 'Order Completed') AS purchases,
         coalesce(sum(amount_minor) FILTER (WHERE type LIKE 'Order %'), 0)::bigint AS carded_minor,
         coalesce(sum(amount_minor) FILTER (WHERE type = ''), 0)::bigint AS anonymous_minor
    FROM (SELECT day, store_id, customer_id, type, amount_minor FROM events_event
           WHERE type IN ('Order Completed', 'Order Refunded', 'Order Updated', 'Order Cancelled', 'Member Joined')
          UNION ALL
          SELECT a.day, a.store_id, NULL, '', a.amount_minor
            FROM events_anonymous AS a LEFT JOIN events_claim AS c USING (source, id)
           WHERE c.customer_id IS NULL) AS told
   GROUP BY 1, 2;

-- Units by the store of what happened; of no store is what the clock, staff and programs do. A voucher was paid for with
-- points: its worth is given once. `change` is what wallets gained.
CREATE VIEW bi.kpi_month_store_currency AS
  WITH worth AS (
    SELECT DISTINCT ON (currency) currency, CASE kind WHEN 'voucher' THEN 0 ELSE worth_minor END AS given_minor, worth_units
      FROM bi.currency ORDER BY currency, programme
  ), moved AS (
    SELECT date_trunc('month', p.day)::date AS month, nullif(e.store_id, '') AS store_id, p.currency,
           sum(CASE 10 WHEN p.source THEN p.quantity WHEN p.target THEN -p.quantity ELSE 0 END)::bigint AS issued,
           sum(CASE 11 WHEN p.target THEN p.quantity WHEN p.source THEN -p.quantity ELSE 0 END)::bigint AS used,
           sum(CASE WHEN p.target IN (12, 17) THEN p.quantity WHEN p.source IN (12, 17) THEN -p.quantity ELSE 0 END)::bigint
             AS expired,
           sum(CASE 13 WHEN p.source THEN p.quantity WHEN p.target THEN -p.quantity ELSE 0 END)::bigint AS corrected,
           sum(CASE WHEN p.target IN (1, 2, 3) THEN p.quantity ELSE 0 END
               - CASE WHEN p.source IN (1, 2, 3) THEN p.quantity ELSE 0 END)::bigint AS change
      FROM ledger_posting AS p JOIN events_event AS e USING (customer_id, seq)
     GROUP BY 1, 2, 3
  )
  SELECT month, store_id, currency, issued, used, expired, corrected, change,
         coalesce(floor(issued::numeric * given_minor / worth_units), 0)::bigint AS generosity_minor
    FROM moved LEFT JOIN worth USING (currency);

-- A row for each month from the first to the last of which anything is known, also where nothing moved.
CREATE VIEW bi.kpi_month_currency AS
  WITH calendar AS (
    SELECT generate_series(date_trunc('month', min(day)), date_trunc('month', max(day)), '1 month')::date AS month
      FROM (SELECT min(day) AS day FROM events_event UNION ALL SELECT max(day) FROM events_event
            UNION ALL SELECT min(day) FROM events_anonymous UNION ALL SELECT max(day) FROM events_anonymous
            UNION ALL SELECT min(day) FROM ledger_posting UNION ALL SELECT max(day) FROM ledger_posting) AS known
  ), moved AS (
    SELECT month, currency, sum(issued)::bigint AS issued, sum(used)::bigint AS used, sum(expired)::bigint AS expired,
           sum(corrected)::bigint AS corrected, sum(change)::bigint AS change
      FROM bi.kpi_month_store_currency GROUP BY 1, 2
  ), worth AS (
    SELECT DISTINCT ON (currency) currency, kind, worth_minor, worth_units FROM bi.currency ORDER BY currency, programme
  ), summed AS (
    SELECT month, currency, coalesce(issued, 0) AS issued, coalesce(used, 0) AS used, coalesce(expired, 0) AS expired,
           coalesce(corrected, 0) AS corrected,
           coalesce(sum(change) OVER (PARTITION BY currency ORDER BY month), 0)::bigint AS outstanding
      FROM calendar CROSS JOIN (SELECT DISTINCT currency FROM moved) AS any_of LEFT JOIN moved USING (month, currency)
  )
  SELECT s.month, s.currency, s.issued, s.used, s.expired, s.corrected, s.outstanding,
         CASE WHEN w.kind = 'voucher' THEN 0
              ELSE coalesce(floor(s.issued::numeric * w.worth_minor / w.worth_units), 0) END::bigint AS generosity_minor,
         coalesce(floor(s.outstanding::numeric * w.worth_minor / w.worth_units), 0)::bigint AS outstanding_minor
    FROM summed AS s LEFT JOIN worth AS w USING (currency);

-- `members` are those at the end of the month, as far as those who joined since tell it.
CREATE VIEW bi.kpi_month AS
  WITH sold AS (
    SELECT month, sum(joined)::bigint AS joined, sum(purchases)::bigint AS purchases,
           sum(carded_minor)::bigint AS carded_minor, sum(anonymous_minor)::bigint AS anonymous_minor
      FROM bi.kpi_month_store GROUP BY 1
  ), bought AS (
    SELECT date_trunc('month', day)::date AS month, count(DISTINCT customer_id) AS active
      FROM events_event WHERE type = 'Order Completed' GROUP BY 1
  ), given AS (
    SELECT month, sum(generosity_minor)::bigint AS generosity_minor, sum(outstanding_minor)::bigint AS outstanding_minor
      FROM bi.kpi_month_currency GROUP BY 1
  )
  SELECT month,
         (SELECT count(*) FROM loyalty_member WHERE membership = 'member')
           - coalesce(sum(sold.joined) OVER (ORDER BY month DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint
           AS members,
         coalesce(bought.active, 0) AS active, coalesce(sold.joined, 0) AS joined, coalesce(sold.purchases, 0) AS purchases,
         coalesce(sold.carded_minor, 0) AS carded_minor, coalesce(sold.anonymous_minor, 0) AS anonymous_minor,
         coalesce(given.generosity_minor, 0) AS generosity_minor, coalesce(given.outstanding_minor, 0) AS outstanding_minor
    FROM sold FULL JOIN given USING (month) LEFT JOIN bought USING (month);

DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'assidu_app') THEN
    GRANT SELECT ON bi.currency, bi.kpi_month, bi.kpi_month_store, bi.kpi_month_currency, bi.kpi_month_store_currency
      TO assidu_app;
  END IF;
END $$;
