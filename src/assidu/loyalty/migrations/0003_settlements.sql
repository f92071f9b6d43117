-- What partners are owed follows from the decisions on what was handed over in their name, which never change.
CREATE VIEW loyalty_settlement AS
  SELECT d.customer_id, d.seq, s.n::smallint AS n, s.line ->> 0 AS partner, s.line ->> 1 AS currency,
         (s.line ->> 2)::bigint AS quantity, (s.line ->> 3)::bigint AS amount_minor, e.day, e.store_id
    FROM loyalty_decision AS d
    JOIN events_event AS e USING (customer_id, seq)
    CROSS JOIN LATERAL jsonb_array_elements(d.record -> 'settlements') WITH ORDINALITY AS s (line, n)
   WHERE d.record ? 'settlements';

-- A statement is closed once and never changes: what is learnt later falls into the next one.
CREATE TABLE loyalty_statement (
  partner        text NOT NULL,
  number         integer NOT NULL CHECK (number > 0),
  quantity       bigint NOT NULL,
  amount_minor   bigint NOT NULL,
  closed_at      timestamptz NOT NULL,
  closed_by      uuid,
  PRIMARY KEY (partner, number)
);

-- Each thing handed over is in one statement at most.
CREATE TABLE loyalty_statement_line (
  customer_id    uuid NOT NULL,
  seq            integer NOT NULL,
  n              smallint NOT NULL,
  partner        text NOT NULL,
  number         integer NOT NULL,
  PRIMARY KEY (customer_id, seq, n),
  FOREIGN KEY (partner, number) REFERENCES loyalty_statement (partner, number)
);
