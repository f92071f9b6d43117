-- What an article costs the company from a day on, without VAT; and where no cost is known, the part of the net sales of a
-- department (without VAT) that is its margin, in basis points, as somebody marked it.
CREATE TABLE catalogue_cost (
  sku           text NOT NULL,
  day           date NOT NULL,
  cost_minor    bigint NOT NULL CHECK (cost_minor >= 0),
  PRIMARY KEY (sku, day)
);

CREATE TABLE catalogue_margin (
  department    text NOT NULL,
  day           date NOT NULL,
  margin_bp     integer NOT NULL CHECK (margin_bp BETWEEN -10000 AND 10000),
  is_invented   boolean NOT NULL DEFAULT false,
  PRIMARY KEY (department, day)
);
