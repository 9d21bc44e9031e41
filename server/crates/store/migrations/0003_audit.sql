CREATE TABLE audit (
    number bigint PRIMARY KEY,
    at timestamptz NOT NULL CHECK (isfinite(at)),
    who text NOT NULL,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL,
    hash text NOT NULL
);
CREATE INDEX ON audit (action, number);
CREATE INDEX ON audit (who, number);
CREATE INDEX ON audit (subject, number) WHERE subject_kind = 'person';
COMMENT ON TABLE audit IS 'Who did what and when, never what it said; append only, each hash is made of the entry and the hash before';

CREATE TABLE audit_head (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    number bigint NOT NULL,
    hash text NOT NULL
);
INSERT INTO audit_head (number, hash) VALUES (0, repeat('0', 64));
COMMENT ON TABLE audit_head IS 'The number and hash of the newest audit entry; its one row is locked to append';

CREATE FUNCTION refuse_to_change_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append only';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit();
CREATE TRIGGER always_there BEFORE DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit();
