-- Who knocked at the public doors, without saying who: what limits are counted on, and the log of openings.
CREATE TABLE portal_visit (
  visit_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at             timestamptz NOT NULL,
  what           text NOT NULL,                 -- opened, refused, joined
  source         bytea NOT NULL,                -- keyed hash of the network address, another one every day
  link_id        uuid                           -- the link that was opened
);
CREATE INDEX portal_visit_source ON portal_visit (source, what, at);
CREATE INDEX portal_visit_at ON portal_visit (at);
