-- From which day on somebody was a member, and the first day on which they no longer were: they left, were suspended,
-- merged into another customer, entered a shared account, or were erased. What was learnt last (`seq`) of the days up to
-- a day says what they were at its end.
CREATE OR REPLACE VIEW bi.membership AS
  SELECT customer_id, since, until
    FROM (SELECT m.customer_id, m.day AS since, least(m.ended, (c.erased_at AT TIME ZONE 'UTC')::date) AS until, m.membership
            FROM (SELECT d.customer_id, e.day, d.record -> 'membership' ->> 0 AS membership,
                         min(e.day) OVER (PARTITION BY d.customer_id ORDER BY d.seq
                                           ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS ended
                    FROM loyalty_decision AS d JOIN events_event AS e USING (customer_id, seq)
                   WHERE d.record ? 'membership') AS m
            LEFT JOIN customers_customer AS c USING (customer_id)) AS span
   WHERE membership = 'member' AND (until IS NULL OR until > since);

-- `members` are those at the end of the month; `active` are those of them who bought in it.
CREATE OR REPLACE VIEW bi.kpi_month AS
  WITH sold AS (
    SELECT month, sum(joined)::bigint AS joined, sum(purchases)::bigint AS purchases,
           sum(carded_minor)::bigint AS carded_minor, sum(anonymous_minor)::bigint AS anonymous_minor
      FROM bi.kpi_month_store GROUP BY 1
  ), member AS MATERIALIZED (
    SELECT customer_id, since, coalesce(until, DATE '9999-12-31') AS until FROM bi.membership
  ), bought AS (
    SELECT b.month, count(DISTINCT b.customer_id) AS active
      FROM (SELECT DISTINCT date_trunc('month', day)::date AS month, customer_id
              FROM events_event WHERE type = 'Order Completed') AS b
      JOIN member AS m ON m.customer_id = b.customer_id AND m.since < b.month + interval '1 month'
                      AND m.until >= b.month + interval '1 month'
     GROUP BY 1
  ), given AS (
    SELECT month, sum(generosity_minor)::bigint AS generosity_minor, sum(outstanding_minor)::bigint AS outstanding_minor
      FROM bi.kpi_month_currency GROUP BY 1
  )
  SELECT month,
         (SELECT count(*) FROM member AS m
           WHERE m.since < month + interval '1 month' AND m.until >= month + interval '1 month')::bigint AS members,
         coalesce(bought.active, 0) AS active, coalesce(sold.joined, 0) AS joined, coalesce(sold.purchases, 0) AS purchases,
         coalesce(sold.carded_minor, 0) AS carded_minor, coalesce(sold.anonymous_minor, 0) AS anonymous_minor,
         coalesce(given.generosity_minor, 0) AS generosity_minor, coalesce(given.outstanding_minor, 0) AS outstanding_minor
    FROM sold FULL JOIN given USING (month) LEFT JOIN bought USING (month);

DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'assidu_app') THEN
    GRANT SELECT ON bi.membership TO assidu_app;
  END IF;
END $$;
