-- The price of an article from a day on, at which it could be bought by everybody: what the lowest price of the last
-- 30 days is drawn from (EU directive 98/6, article 6a). What is told again for a day counts instead.
CREATE TABLE catalogue_price (
  sku           text NOT NULL,
  day           date NOT NULL,
  price_minor   bigint NOT NULL CHECK (price_minor >= 0),
  PRIMARY KEY (sku, day)
);
