-- Row security: what a person's requests and runs, an administrator's routes and a model's queries can reach at all, whatever
-- their SQL says. See docs/data.md for the roles and for what a new table needs.

-- Roles belong to the cluster: another database may have made them before, or be making them now.
DO $$
DECLARE
    name text;
    acting text := CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END;
BEGIN
    FOREACH name IN ARRAY ARRAY['mezzofy_member', 'mezzofy_admin', 'mezzofy_reader'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        BEGIN
            IF NOT pg_has_role(current_user, name, acting) THEN
                EXECUTE format('GRANT %I TO %I', name, current_user);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = name AND (rolsuper OR rolbypassrls)) THEN
            RAISE EXCEPTION 'the role % passes row security. Let a superuser run: ALTER ROLE % NOSUPERUSER NOBYPASSRLS', name, name;
        END IF;
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE insufficient_privilege USING MESSAGE = format(
        'the database''s user %1$s may neither make the roles mezzofy_member, mezzofy_admin and mezzofy_reader nor act as '
        'them. Let a superuser run CREATE ROLE for each that is missing and GRANT mezzofy_member, mezzofy_admin, '
        'mezzofy_reader TO %1$I, then start again', current_user);
END
$$;

CREATE FUNCTION acting_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('mezzofy.person', true), '')::uuid;
COMMENT ON FUNCTION acting_person IS 'For whom the transaction is, or null: then nothing of anybody is to be seen';

CREATE FUNCTION acting_department() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('mezzofy.department', true), '');
COMMENT ON FUNCTION acting_department IS 'The department of the acting person, or null';

CREATE FUNCTION acting_reads(what text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(what = ANY (string_to_array(current_setting('mezzofy.reads', true), ',')), false);
COMMENT ON FUNCTION acting_reads IS 'Whether the role of the acting person may read this company data, such as ledger';

-- The directory: everyone sees who is in the company. Of oneself the language is set, and the cursor moved by new events.
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY directory ON people FOR SELECT TO mezzofy_member, mezzofy_admin USING (true);
CREATE POLICY own ON people FOR UPDATE TO mezzofy_member USING (id = (SELECT acting_person()));
GRANT SELECT (id, email, name, title, role, department, language, disabled) ON people TO mezzofy_member, mezzofy_admin;
GRANT SELECT (event_cursor), UPDATE (language, event_cursor) ON people TO mezzofy_member;

-- Sign-in itself is the owner's affair.
ALTER TABLE sign_in_failures ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sessions TO mezzofy_member USING (person_id = (SELECT acting_person()));
GRANT SELECT, UPDATE (ended_at, end_reason) ON sessions TO mezzofy_member;
ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON refresh_tokens FOR SELECT TO mezzofy_member
    USING (EXISTS (SELECT FROM sessions s WHERE s.id = session_id AND s.person_id = (SELECT acting_person())));
GRANT SELECT (session_id, expires_at, used_at) ON refresh_tokens TO mezzofy_member;

-- A person's own.
ALTER TABLE conversations ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON conversations TO mezzofy_member USING (person_id = (SELECT acting_person()));
GRANT SELECT, INSERT, UPDATE, DELETE ON conversations TO mezzofy_member;

ALTER TABLE runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON runs TO mezzofy_member USING (person_id = (SELECT acting_person()))
    WITH CHECK (person_id = (SELECT acting_person()) AND EXISTS (SELECT FROM conversations c WHERE c.id = conversation_id));
GRANT SELECT, INSERT, UPDATE ON runs TO mezzofy_member;

ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON messages TO mezzofy_member USING (EXISTS (SELECT FROM conversations c WHERE c.id = conversation_id));
GRANT SELECT, INSERT ON messages TO mezzofy_member;

ALTER TABLE files ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON files TO mezzofy_member USING (person_id = (SELECT acting_person()));
GRANT SELECT, INSERT, UPDATE ON files TO mezzofy_member;

ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON events TO mezzofy_member USING (person_id = (SELECT acting_person()));
GRANT SELECT, INSERT ON events TO mezzofy_member;

ALTER TABLE effects ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON effects TO mezzofy_member USING (person_id = (SELECT acting_person()));
GRANT SELECT, INSERT, UPDATE ON effects TO mezzofy_member;

-- Money: a run sees what it took; budgets are looked at by the owner, for they concern everybody.
ALTER TABLE model_calls ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON model_calls TO mezzofy_member USING (person_id = (SELECT acting_person()));
CREATE POLICY everyones ON model_calls FOR SELECT TO mezzofy_admin USING (true);
GRANT SELECT, UPDATE (state, settled_at) ON model_calls TO mezzofy_member;
GRANT SELECT ON model_calls TO mezzofy_admin;
ALTER TABLE budgets ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyones ON budgets TO mezzofy_admin USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON budgets TO mezzofy_admin;

-- The audit log: everybody adds what they did themselves; the head only moves on.
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON audit FOR INSERT TO mezzofy_member, mezzofy_admin WITH CHECK (who = (SELECT acting_person())::text);
CREATE POLICY everyones ON audit FOR SELECT TO mezzofy_admin USING (true);
GRANT INSERT ON audit TO mezzofy_member, mezzofy_admin;
GRANT SELECT ON audit TO mezzofy_admin;
ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyones ON audit_head TO mezzofy_member, mezzofy_admin USING (true);
GRANT SELECT, UPDATE ON audit_head TO mezzofy_member, mezzofy_admin;
CREATE TRIGGER one_by_one BEFORE UPDATE ON audit_head FOR EACH ROW
    WHEN (NEW.number IS DISTINCT FROM OLD.number + 1) EXECUTE FUNCTION refuse_to_change_audit();

-- The books, for those whose role reads them.
ALTER TABLE ledger_accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON ledger_accounts FOR SELECT TO mezzofy_member USING ((SELECT acting_reads('ledger')));
GRANT SELECT ON ledger_accounts TO mezzofy_member;
ALTER TABLE ledger_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON ledger_entries FOR SELECT TO mezzofy_member USING ((SELECT acting_reads('ledger')));
GRANT SELECT ON ledger_entries TO mezzofy_member;
ALTER TABLE ledger_lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON ledger_lines FOR SELECT TO mezzofy_member USING ((SELECT acting_reads('ledger')));
GRANT SELECT ON ledger_lines TO mezzofy_member;
ALTER TABLE ledger_state ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON ledger_state FOR SELECT TO mezzofy_member USING ((SELECT acting_reads('ledger')));
GRANT SELECT ON ledger_state TO mezzofy_member;

-- The stand-in for Microsoft 365 works as the owner, like the service it stands for.
ALTER TABLE local365_documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE local365_blobs ENABLE ROW LEVEL SECURITY;

-- A job commits with the data it belongs to. Jobs are added only; what is in the queue is the workers' affair.
DO $$
BEGIN
    IF to_regclass('apalis.jobs') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA apalis TO mezzofy_member;
        GRANT INSERT (id, job_type, job, status, attempts, max_attempts, run_at, priority, metadata, idempotency_key)
            ON apalis.jobs TO mezzofy_member;
    END IF;
END
$$;

-- What queries of models may read.
CREATE SCHEMA reporting;
GRANT USAGE ON SCHEMA reporting TO mezzofy_reader;
COMMENT ON SCHEMA reporting IS 'Views for the queries of database_query, each empty for those whose role may not read it';

CREATE VIEW reporting.ledger_accounts WITH (security_barrier) AS
    SELECT code, name, kind FROM ledger_accounts WHERE (SELECT acting_reads('ledger'));
COMMENT ON VIEW reporting.ledger_accounts IS 'The chart of accounts; kind is asset, liability, equity, revenue or expense';

CREATE VIEW reporting.ledger_entries WITH (security_barrier) AS
    SELECT entry_id, date, closing FROM ledger_entries WHERE (SELECT acting_reads('ledger'));
COMMENT ON VIEW reporting.ledger_entries IS 'The entries; closing ones move a year''s profit to equity';

CREATE VIEW reporting.ledger_lines WITH (security_barrier) AS
    SELECT l.entry_id, l.number, e.date, e.closing, l.account_code, a.name AS account_name, a.kind AS account_kind, l.currency,
           greatest(l.amount, 0) AS debit, greatest(-l.amount, 0) AS credit, l.amount, l.description
    FROM ledger_lines l JOIN ledger_entries e USING (entry_id) JOIN ledger_accounts a ON a.code = l.account_code
    WHERE (SELECT acting_reads('ledger'));
COMMENT ON VIEW reporting.ledger_lines IS 'The lines of the entries with their entry''s date and their account; amount is debit less credit';

GRANT SELECT ON reporting.ledger_accounts, reporting.ledger_entries, reporting.ledger_lines TO mezzofy_reader;
