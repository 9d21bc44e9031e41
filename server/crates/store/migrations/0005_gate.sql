CREATE TABLE approvals (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    department text NOT NULL,
    run_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    call text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'expired')),
    summary text NOT NULL,
    why text NOT NULL,
    effects jsonb NOT NULL,
    recipients integer NOT NULL,
    payload_hash text NOT NULL,
    approved jsonb,
    approved_hashes text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by uuid REFERENCES people ON DELETE SET NULL,
    reason text,
    UNIQUE (run_id, call),
    CHECK ((state = 'approved') = (approved IS NOT NULL))
);
CREATE INDEX ON approvals (person_id, id DESC);
CREATE INDEX ON approvals (department, id DESC);
COMMENT ON TABLE approvals IS 'A person''s yes or no to exact bytes: effects are what was proposed, approved is what may be sent, each payload''s hash among approved_hashes; kept when the conversation is deleted';

CREATE TABLE standing_approvals (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    department text NOT NULL,
    skill text NOT NULL,
    template text,
    rule text NOT NULL CHECK (rule IN ('anyone', 'domains', 'addresses')),
    allowed text[] NOT NULL CHECK ((rule = 'anyone') = (allowed = '{}')),
    limit_a_day integer NOT NULL CHECK (limit_a_day > 0),
    created_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX ON standing_approvals (department, skill) WHERE ended_at IS NULL;
COMMENT ON TABLE standing_approvals IS 'A manager''s yes ahead, to the mails of one skill of the own department, up to a number a day';

ALTER TABLE effects
    ADD COLUMN approval_id uuid REFERENCES approvals,
    ADD COLUMN standing_approval_id uuid REFERENCES standing_approvals,
    ADD COLUMN held_until timestamptz,
    ADD COLUMN taken_back boolean NOT NULL DEFAULT false;
CREATE INDEX ON effects (person_id, created_at) WHERE kind = 'mail';
CREATE INDEX ON effects (standing_approval_id, created_at) WHERE standing_approval_id IS NOT NULL;
COMMENT ON TABLE effects IS 'Every change outside the database, as the outbox shows it, kept when its conversation is deleted; until held_until it can be taken back; walk is how far it has come with the provider';

CREATE FUNCTION refuse_to_change_payload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what an effect sends, for whom and by whose yes never changes';
END
$$;
CREATE TRIGGER payload_stays BEFORE UPDATE ON effects FOR EACH ROW
    WHEN ((OLD.person_id, OLD.run_id, OLD.kind, OLD.idempotency_key, OLD.payload, OLD.payload_hash, OLD.created_at)
        IS DISTINCT FROM (NEW.person_id, NEW.run_id, NEW.kind, NEW.idempotency_key, NEW.payload, NEW.payload_hash, NEW.created_at)
        OR (OLD.approval_id, OLD.standing_approval_id) IS DISTINCT FROM (NEW.approval_id, NEW.standing_approval_id))
    EXECUTE FUNCTION refuse_to_change_payload();
CREATE TRIGGER decision_stays BEFORE UPDATE ON approvals FOR EACH ROW
    WHEN (OLD.state <> 'pending' OR OLD.effects IS DISTINCT FROM NEW.effects OR OLD.person_id <> NEW.person_id)
    EXECUTE FUNCTION refuse_to_change_payload();

ALTER TABLE runs
    ADD COLUMN wake_at timestamptz,
    ADD COLUMN outside boolean NOT NULL DEFAULT false;
CREATE INDEX ON runs (wake_at) WHERE wake_at IS NOT NULL;
COMMENT ON TABLE runs IS 'A piece of work; machine is the run machine after its last step, version guards it against a second worker, wake_at is when it goes on by itself, outside says that it read what others wrote';

ALTER TABLE files ADD COLUMN trust text NOT NULL DEFAULT 'company' CHECK (trust IN ('person', 'company', 'outside'));
COMMENT ON TABLE files IS 'Files by owner; the bytes are in the file storage under their SHA-256; trust says who stands behind what is in them';
