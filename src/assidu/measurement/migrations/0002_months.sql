-- The figures of one calendar month, added up once. Events are only ever appended, and everything decided about them is
-- written with them: as long as a month has the same number of events and of anonymous tickets, its sums are the same.
-- A row that no longer has the right counts is added up anew by whoever reads it; deleting rows loses nothing.
CREATE TABLE measurement_month (
  month          date PRIMARY KEY,              -- its first day
  events         bigint NOT NULL,
  anonymous      bigint NOT NULL,
  figures        jsonb NOT NULL
);
