-- Queries that models write, and key figures, sign in as a role with nothing: it belongs to no role, and sees the views of `reporting` alone. Whom they
-- show is told by a table that only the server writes, by the backend's number, which no SQL can change. See docs/data.md.

CREATE TABLE query_sign_in (
    role text NOT NULL,
    password text NOT NULL
);
ALTER TABLE query_sign_in ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE query_sign_in IS 'How the server signs in for queries: one row, or none where the database''s user may not make the role';

CREATE UNLOGGED TABLE query_sessions (
    pid integer PRIMARY KEY,
    email text NOT NULL,
    reads text[] NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE query_sessions ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE query_sessions IS 'For whom each backend of the query role works now';

CREATE FUNCTION reporting.reads(what text) RETURNS boolean LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    RETURN EXISTS (SELECT FROM public.query_sessions s WHERE s.pid = pg_backend_pid() AND what = ANY (s.reads));
COMMENT ON FUNCTION reporting.reads IS 'Whether the person for whom the query runs may read this company data';
REVOKE EXECUTE ON FUNCTION reporting.reads FROM PUBLIC;

CREATE FUNCTION reporting.own_email() RETURNS text LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    RETURN (SELECT s.email FROM public.query_sessions s WHERE s.pid = pg_backend_pid());
COMMENT ON FUNCTION reporting.own_email IS 'The address of the person for whom the query runs';
REVOKE EXECUTE ON FUNCTION reporting.own_email FROM PUBLIC;

CREATE OR REPLACE VIEW reporting.ledger_accounts WITH (security_barrier) AS
    SELECT code, name, kind FROM ledger_accounts WHERE (SELECT reporting.reads('ledger'));
CREATE OR REPLACE VIEW reporting.ledger_entries WITH (security_barrier) AS
    SELECT entry_id, date, closing FROM ledger_entries WHERE (SELECT reporting.reads('ledger'));
CREATE OR REPLACE VIEW reporting.ledger_lines WITH (security_barrier) AS
    SELECT l.entry_id, l.number, e.date, e.closing, l.account_code, a.name AS account_name, a.kind AS account_kind, l.currency,
           greatest(l.amount, 0) AS debit, greatest(-l.amount, 0) AS credit, l.amount, l.description
    FROM ledger_lines l JOIN ledger_entries e USING (entry_id) JOIN ledger_accounts a ON a.code = l.account_code
    WHERE (SELECT reporting.reads('ledger'));
CREATE OR REPLACE VIEW reporting.leads WITH (security_barrier) AS
    SELECT id, company, industry, location, website, source, status, assigned_to, follow_up_date, last_contacted, opted_out,
           created_at::date AS created_on, status_changed_at::date AS status_changed_on
    FROM leads
    WHERE (SELECT reporting.reads('leads')) OR ((SELECT reporting.reads('own_leads')) AND assigned_to = (SELECT reporting.own_email()));
CREATE OR REPLACE VIEW reporting.tickets WITH (security_barrier) AS
    SELECT id, created_at::date AS created_on, customer, subject, category, priority, status, resolved_at::date AS resolved_on,
           round(extract(epoch FROM resolved_at - created_at) / 3600, 2) AS resolution_hours,
           status IN ('resolved', 'closed', 'solved', 'done') AS closed, language
    FROM tickets WHERE (SELECT reporting.reads('tickets'));
CREATE OR REPLACE VIEW reporting.campaigns WITH (security_barrier) AS
    SELECT name, channel, starts_on, ends_on, currency, spent, impressions, clicks, leads
    FROM campaigns WHERE (SELECT reporting.reads('campaigns'));

-- The role that acted for queries before, on the owner's connection, reaches nothing any more.
REVOKE ALL ON ALL TABLES IN SCHEMA reporting FROM mezzofy_reader;
REVOKE ALL ON SCHEMA reporting FROM mezzofy_reader;

-- Nobody is in the schema of our tables who was not let in.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO mezzofy_member, mezzofy_admin;

DO $$
DECLARE
    name text := 'mezzofy_query_' || left(replace(gen_random_uuid()::text, '-', ''), 12);
    secret text := gen_random_uuid()::text || gen_random_uuid()::text;
BEGIN
    EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT 20 PASSWORD %L', name, secret);
    EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', name);
    -- So that the owner may end a query that goes on too long.
    IF NOT pg_has_role(current_user, name, 'USAGE') THEN
        EXECUTE format('GRANT %I TO %I', name, current_user);
    END IF;
    BEGIN
        EXECUTE format('ALTER ROLE %I SET temp_file_limit = ''256MB''', name);
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE NOTICE 'what a query may write to disk is not limited: only a superuser can say so';
    END;
    EXECUTE format('GRANT USAGE ON SCHEMA reporting TO %I', name);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO %I', name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION reporting.reads, reporting.own_email TO %I', name);
    INSERT INTO query_sign_in VALUES (name, secret);
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'the database''s user may not make roles, so there are no queries';
END
$$;

-- In a cluster of our own nobody may call or look up what was not given to them: what PostgreSQL lets everybody do, only our roles may. Elsewhere the
-- database may have other users, whose rights are not ours to take; there the role has nothing all the same.
DO $$
DECLARE
    name text := (SELECT role FROM query_sign_in);
    functions oid[];
    relations text;
    list text;
    listed text[] := string_to_array(
        'array_agg avg bool_and bool_or corr count every max min mode percentile_cont percentile_disc stddev stddev_pop stddev_samp '
        'string_agg sum var_pop var_samp variance '
        'cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number '
        'abs ceil ceiling div exp floor ln log mod power round sign sqrt trunc width_bucket '
        'age date date_part date_trunc extract make_date timezone to_date '
        'btrim char_length concat concat_ws initcap left length lower ltrim position replace reverse right rtrim split_part '
        'starts_with strpos substr substring to_char to_number translate upper similar_to_escape like_escape '
        'generate_series unnest overlaps', ' ');
BEGIN
    IF name IS NULL OR current_setting('cluster_name') <> 'mezzofy'
        OR NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    functions := ARRAY(SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proacl IS NULL AND prokind <> 'p');
    list := (SELECT string_agg(f::regprocedure::text, ', ') FROM unnest(functions) f);
    EXECUTE 'GRANT EXECUTE ON ROUTINE ' || list || ' TO mezzofy_member, mezzofy_admin';
    EXECUTE 'REVOKE EXECUTE ON ROUTINE ' || list || ' FROM PUBLIC';
    -- What only computes: the functions that the reader of queries lets through, those behind operators and casts, and those that read and write a value.
    list := (SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc p
        WHERE p.oid = ANY (functions) AND p.provolatile <> 'v'
            AND (p.proname = ANY (listed) OR EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid)
                OR EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = p.oid)
                OR EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typinput, t.typoutput))));
    EXECUTE format('GRANT EXECUTE ON ROUTINE %s, pg_backend_pid() TO %I', list, name);
    relations := (SELECT string_agg(format('pg_catalog.%I', relname), ', ') FROM pg_class
        WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v') AND has_table_privilege('public', oid, 'SELECT'));
    EXECUTE 'GRANT SELECT ON ' || relations || ' TO mezzofy_member, mezzofy_admin';
    EXECUTE 'REVOKE SELECT ON ' || relations || ' FROM PUBLIC';
    -- By these the server's client learns the types of columns.
    EXECUTE format('GRANT SELECT ON pg_type, pg_attribute, pg_enum, pg_range TO %I', name);
END
$$;
