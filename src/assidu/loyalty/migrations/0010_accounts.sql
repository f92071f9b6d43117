-- Opens the desk for a batch as before, and follows people to the account that they belong to; not where the person
-- themselves is meant (``w_as_person``: who is merged, who enters an account or leaves it). ``person_id`` is who was
-- named; an account that was erased is nobody. The function without that array stays for servers of the version before.
CREATE FUNCTION loyalty_open(
  w_kind text[], w_lookup bytea[], w_customer uuid[], w_as_person boolean[], w_source text[], w_id text[],
  w_store text[], w_day date[], w_ticket text[], p_programme text, is_locking boolean
) RETURNS TABLE (
    n integer, customer_id uuid, language text, key_fingerprint bytea, key_customer uuid, key_seq integer,
    is_ticket_known boolean, ticket_customer uuid, ticket_seq integer, wallet_id uuid, seq integer, state jsonb,
    last_purchase date, lots json, debts json, newest_plan integer, person_id uuid)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  owners uuid[];
  persons uuid[];
  languages text[];
BEGIN
  SELECT array_agg(coalesce(b.account_id, c.person) ORDER BY w.n), array_agg(c.person ORDER BY w.n),
         array_agg(c.language ORDER BY w.n)
    INTO owners, persons, languages
    FROM unnest(w_kind, w_lookup, w_customer, w_as_person) WITH ORDINALITY AS w (kind, lookup, customer, as_person, n)
    LEFT JOIN LATERAL (SELECT i.customer_id FROM customers_identifier AS i
                        WHERE i.kind = w.kind AND i.lookup = w.lookup LIMIT 1) AS i ON true
    LEFT JOIN LATERAL (SELECT coalesce(c.merged_into, c.customer_id) AS person, c.language FROM customers_customer AS c
                        WHERE c.customer_id = coalesce(w.customer, i.customer_id)
                          AND (c.kind = 'person' OR c.erased_at IS NULL) LIMIT 1) AS c ON true
    LEFT JOIN LATERAL (SELECT b.account_id FROM customers_belonging AS b
                        WHERE b.customer_id = c.person AND NOT w.as_person LIMIT 1) AS b ON true;
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
           (SELECT max(p.version) FROM loyalty_plan AS p WHERE p.programme = p_programme), w.person
      FROM unnest(owners, persons, languages, w_source, w_id, w_store, w_day, w_ticket) WITH ORDINALITY
        AS w (customer, person, language, source, id, store, day, ticket, n)
      LEFT JOIN LATERAL (SELECT k.fingerprint, k.customer_id, k.seq FROM events_key AS k
                          WHERE k.source = w.source AND k.id = w.id LIMIT 1) AS k ON true
      LEFT JOIN LATERAL (SELECT t.store_id, t.customer_id, t.seq FROM events_ticket AS t
                          WHERE t.store_id = w.store AND t.day = w.day AND t.ticket = w.ticket LIMIT 1) AS t ON true
      LEFT JOIN LATERAL (SELECT m.customer_id, m.wallet_id, m.seq, m.state, m.last_purchase FROM loyalty_member AS m
                          WHERE m.customer_id = w.customer LIMIT 1) AS m ON true
     ORDER BY w.n;
END $$;
