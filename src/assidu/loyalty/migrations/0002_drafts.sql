-- Versions in preparation, who approved them, and by which decision a version may be in force.

-- A version being prepared. What it says is in its steps; undoing goes to an earlier one, redoing to a later one.
CREATE TABLE loyalty_draft (
  draft_id       uuid PRIMARY KEY,
  programme      text NOT NULL,                 -- empty until the text of a first version says it
  based_on       integer NOT NULL DEFAULT 0 CHECK (based_on >= 0),  -- the version it began as; 0: none
  returns_to     integer CHECK (returns_to > 0),  -- the version that it goes back to, while it says the same
  author         text NOT NULL,                 -- a person's id, a key, or the command line
  opened_at      timestamptz NOT NULL,
  at_step        integer NOT NULL DEFAULT 1 CHECK (at_step > 0),
  version        integer CHECK (version > 0),   -- what it has become
  dropped_at     timestamptz
);
CREATE INDEX loyalty_draft_opened ON loyalty_draft (opened_at DESC);

-- Everything that a draft ever said: nothing that was saved is lost.
CREATE TABLE loyalty_draft_step (
  draft_id       uuid NOT NULL REFERENCES loyalty_draft,
  n              integer NOT NULL CHECK (n > 0),
  after          integer NOT NULL CHECK (after >= 0 AND after < n),  -- the step that it changed; 0: none
  yaml           text NOT NULL,
  resting        text[] NOT NULL DEFAULT '{}',  -- codes of rules that are written and switched off
  written_at     timestamptz NOT NULL,
  written_by     text NOT NULL,
  PRIMARY KEY (draft_id, n)
);

-- What somebody typed and has not saved yet, kept as they type.
CREATE TABLE loyalty_draft_typed (
  draft_id       uuid NOT NULL REFERENCES loyalty_draft,
  person         text NOT NULL,
  part           text NOT NULL,                 -- rules/base
  typed          jsonb NOT NULL,
  typed_at       timestamptz NOT NULL,
  PRIMARY KEY (draft_id, person, part)
);

-- From which yearly cost on a second person must approve; the newest counts. Nothing: nobody needs to.
CREATE TABLE loyalty_approval_threshold (
  programme      text NOT NULL,
  set_at         timestamptz NOT NULL,
  set_by         text NOT NULL,
  yearly_minor   bigint CHECK (yearly_minor >= 0),
  PRIMARY KEY (programme, set_at)
);

-- The decision how many must approve a text, and why.
CREATE TABLE loyalty_approval_request (
  request_id     uuid PRIMARY KEY,
  programme      text NOT NULL,
  draft_id       uuid,
  content        jsonb NOT NULL,                -- the document without its number and first day
  asked_at       timestamptz NOT NULL,
  asked_by       text NOT NULL,
  authors        text[] NOT NULL,               -- everybody who wrote in it: none of them approves it
  needed         smallint NOT NULL CHECK (needed >= 0),
  grounds        jsonb NOT NULL                 -- cause, and the figures that it was decided on
);
CREATE INDEX loyalty_approval_request_draft ON loyalty_approval_request (draft_id, asked_at DESC);

CREATE TABLE loyalty_approval (
  request_id     uuid NOT NULL REFERENCES loyalty_approval_request,
  given_by       text NOT NULL,
  given_at       timestamptz NOT NULL,
  is_yes         boolean NOT NULL,
  note           text NOT NULL DEFAULT '',
  PRIMARY KEY (request_id, given_by)
);

ALTER TABLE loyalty_plan ADD COLUMN request_id uuid;  -- by which decision it was published

CREATE TRIGGER loyalty_draft_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loyalty_draft_step
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER loyalty_approval_threshold_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loyalty_approval_threshold
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER loyalty_approval_request_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loyalty_approval_request
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER loyalty_approval_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loyalty_approval
  FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();

CREATE FUNCTION loyalty_approval_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.is_yes AND EXISTS (SELECT FROM loyalty_approval_request AS r
                             WHERE r.request_id = NEW.request_id AND NEW.given_by = ANY (r.authors)) THEN
    RAISE EXCEPTION 'who wrote in a version does not approve it' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loyalty_approval_by_another BEFORE INSERT ON loyalty_approval
  FOR EACH ROW EXECUTE FUNCTION loyalty_approval_by_another();

-- A version is in force only with the approvals that it was decided to need, for exactly what it says.
CREATE FUNCTION loyalty_plan_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked loyalty_approval_request;
  approvals integer;
  refusals integer;
BEGIN
  SELECT * INTO asked FROM loyalty_approval_request WHERE request_id = NEW.request_id;
  IF asked.request_id IS NULL THEN
    RAISE EXCEPTION 'nobody decided who must approve version % of %', NEW.version, NEW.programme
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF asked.programme <> NEW.programme OR asked.content <> NEW.document - 'version' - 'valid_from' THEN
    RAISE EXCEPTION 'version % of % is not what was approved', NEW.version, NEW.programme
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT count(*) FILTER (WHERE is_yes), count(*) FILTER (WHERE NOT is_yes) INTO approvals, refusals
    FROM loyalty_approval WHERE request_id = NEW.request_id;
  IF approvals < asked.needed OR refusals > 0 THEN
    RAISE EXCEPTION 'version % of % lacks an approval', NEW.version, NEW.programme
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loyalty_plan_is_approved BEFORE INSERT ON loyalty_plan
  FOR EACH ROW EXECUTE FUNCTION loyalty_plan_is_approved();
