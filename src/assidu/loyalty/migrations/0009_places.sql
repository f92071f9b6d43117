-- Places, things and budgets that customers share: how many are taken follows from what was decided, as lots and balances
-- follow from postings. Whoever takes some locks them first (`loyalty_lock_quotas`), so as to know how many there are.

-- What one decision takes of them or, negative, gives back. Draws are kept beside the grants and take nothing.
CREATE FUNCTION loyalty_places_moved(record jsonb) RETURNS TABLE (key text, change integer)
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT moved.key, sum(moved.quantity)::integer
    FROM (SELECT g.key, g.value::integer AS quantity FROM jsonb_each_text(record -> 'inputs' -> 'grants') AS g
           WHERE g.value <> '0' AND g.key NOT LIKE 'draw:%'
          UNION ALL
          SELECT r.value ->> 0, -(r.value ->> 1)::integer
            FROM jsonb_array_elements(record -> 'offers' -> 'releases') AS r
          UNION ALL  -- a hold that is over
          SELECT p.value ->> 0, -(p.value ->> 1)::integer
            FROM jsonb_array_elements(record -> 'holds') AS h CROSS JOIN LATERAL jsonb_array_elements(h.value -> 2) AS p
           WHERE h.value ->> 1 IS NULL) AS moved
   GROUP BY moved.key HAVING sum(moved.quantity) <> 0
$$;

-- Whoever writes decisions, one by one or by COPY: places move with them, locked in the one order.
CREATE FUNCTION loyalty_share() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  keys text[];
  changes integer[];
BEGIN
  SELECT array_agg(m.key ORDER BY m.key), array_agg(m.change ORDER BY m.key) INTO keys, changes
    FROM (SELECT moved.key, sum(moved.change)::integer AS change
            FROM written AS d CROSS JOIN LATERAL loyalty_places_moved(d.record) AS moved
           WHERE d.record -> 'inputs' ? 'grants' OR d.record -> 'offers' ? 'releases' OR d.record ? 'holds'
           GROUP BY moved.key HAVING sum(moved.change) <> 0) AS m;
  IF keys IS NOT NULL THEN
    -- Of a place that nobody locked, nobody has said how many there are: whoever claims one says it.
    INSERT INTO loyalty_quota (key, limit_places)
      SELECT a.key, 2147483647 FROM unnest(keys, changes) AS a (key, change) WHERE a.change > 0 ORDER BY a.key
    ON CONFLICT DO NOTHING;
    PERFORM 1 FROM loyalty_quota AS q WHERE q.key = ANY (keys) ORDER BY q.key FOR UPDATE;
    UPDATE loyalty_quota AS q SET taken = greatest(q.taken + a.change, 0)
      FROM unnest(keys, changes) AS a (key, change) WHERE q.key = a.key;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER loyalty_decision_shares AFTER INSERT ON loyalty_decision
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION loyalty_share();

-- A limit that is not told (NULL) stays as it is: places that something only gives back are locked with the others.
CREATE OR REPLACE FUNCTION loyalty_lock_quotas(keys text[], limits integer[]) RETURNS TABLE (key text, taken integer)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO loyalty_quota (key, limit_places)
    SELECT a.key, coalesce(a.places, q.limit_places, 2147483647)
      FROM unnest(keys, limits) AS a (key, places) LEFT JOIN loyalty_quota AS q ON q.key = a.key
     ORDER BY a.key
  ON CONFLICT (key) DO UPDATE  -- also where nothing changes: this is what locks the row
     SET limit_places = greatest(excluded.limit_places, loyalty_quota.taken);
  RETURN QUERY SELECT q.key, q.taken FROM loyalty_quota AS q WHERE q.key = ANY (keys);
END $$;
