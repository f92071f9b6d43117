-- Codes that were made together: a pool has an id of its own, which whoever made it may choose, so that asking twice
-- makes them once.
CREATE TABLE loyalty_code_pool (
  pool_id        uuid PRIMARY KEY,
  programme      text NOT NULL,
  offer          text NOT NULL,
  name           text NOT NULL DEFAULT '',
  is_personal    boolean NOT NULL,              -- each code is somebody's; else whoever's who shows it
  audience       text NOT NULL DEFAULT '',      -- of whom each had one
  made           integer NOT NULL CHECK (made > 0),
  uses_max       integer NOT NULL CHECK (uses_max >= 0),
  expires_on     date,
  made_at        timestamptz NOT NULL,
  made_by        text NOT NULL DEFAULT ''
);
CREATE INDEX loyalty_code_pool_offer ON loyalty_code_pool (programme, offer, made_at);

-- A pool that was taken back: its codes are good for nothing on tickets from that day on.
CREATE TABLE loyalty_code_pool_withdrawn (
  pool_id        uuid PRIMARY KEY REFERENCES loyalty_code_pool,
  withdrawn_on   date NOT NULL,                 -- in the programme's zone
  withdrawn_at   timestamptz NOT NULL,
  withdrawn_by   text NOT NULL DEFAULT ''
);

ALTER TABLE loyalty_offer_code ADD COLUMN pool_id uuid;

-- Codes that are there already were made together when all of this is the same.
WITH pools AS (
  SELECT gen_random_uuid() AS pool_id, programme, offer, pool, customer_id IS NOT NULL AS is_personal, count(*) AS made,
         uses_max, expires_on, made_at, made_by
    FROM loyalty_offer_code GROUP BY programme, offer, pool, customer_id IS NOT NULL, uses_max, expires_on, made_at, made_by
), kept AS (
  INSERT INTO loyalty_code_pool (pool_id, programme, offer, name, is_personal, made, uses_max, expires_on, made_at, made_by)
  SELECT pool_id, programme, offer, pool, is_personal, made, uses_max, expires_on, made_at, made_by FROM pools
  RETURNING pool_id
)
UPDATE loyalty_offer_code AS c SET pool_id = p.pool_id
  FROM pools AS p JOIN kept USING (pool_id)
 WHERE (c.programme, c.offer, c.pool, c.customer_id IS NOT NULL, c.uses_max, c.made_at, c.made_by)
       = (p.programme, p.offer, p.pool, p.is_personal, p.uses_max, p.made_at, p.made_by)
   AND c.expires_on IS NOT DISTINCT FROM p.expires_on;
