-- Each run of the import. A run that was killed is taken up again under its own instant, so that what it writes is
-- the same as if nothing had happened.
CREATE TABLE connectors_import (
  import_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fingerprint    text NOT NULL,                 -- SHA-256 of the files and their mappings
  files          jsonb NOT NULL,                -- their names
  recorded_at    timestamptz NOT NULL,          -- the instant at which all its events were learnt
  attempts       integer NOT NULL DEFAULT 1,
  finished_at    timestamptz,
  totals         jsonb
);
CREATE INDEX connectors_import_open ON connectors_import (fingerprint) WHERE finished_at IS NULL;
