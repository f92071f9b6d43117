CREATE TABLE catalogue_store (
  store_id     text PRIMARY KEY,
  name         text NOT NULL,
  town         text NOT NULL DEFAULT '',
  region       text NOT NULL DEFAULT '',
  channel      text NOT NULL DEFAULT 'store',
  opened_on    date,
  is_invented  boolean NOT NULL DEFAULT false
);

CREATE TABLE catalogue_department (
  department   text PRIMARY KEY,
  name_fr      text NOT NULL,
  name_en      text NOT NULL
);

CREATE TABLE catalogue_product (
  sku          text PRIMARY KEY,
  name         text NOT NULL,
  department   text NOT NULL,
  category     text NOT NULL DEFAULT '',
  brand        text NOT NULL DEFAULT '',
  vat_bp       integer NOT NULL DEFAULT 0,
  kind         text NOT NULL DEFAULT 'product',
  is_invented  boolean NOT NULL DEFAULT false
);
