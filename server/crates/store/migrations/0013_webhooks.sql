-- Webhooks: the secrets of their sources, and what was delivered; see docs/app-server.md.

CREATE TABLE source_secrets (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    sealed_secret text NOT NULL,
    created_at timestamptz NOT NULL,
    ends_at timestamptz
);
CREATE INDEX ON source_secrets (source);
COMMENT ON TABLE source_secrets IS 'What deliveries of a source are signed with, sealed; an older one holds for a while beside the newest';
ALTER TABLE source_secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators ON source_secrets TO mezzofy_admin USING (true);
GRANT SELECT (id, source, created_at, ends_at), INSERT, UPDATE (ends_at) ON source_secrets TO mezzofy_admin;

CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    key text NOT NULL,
    event text NOT NULL,
    body bytea NOT NULL,
    received_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('started', 'ignored', 'failed')),
    reason text,
    run_id uuid REFERENCES runs ON DELETE SET NULL,
    -- The same delivery comes once, however often it is sent.
    UNIQUE (source, key)
);
CREATE INDEX ON deliveries (run_id);
COMMENT ON TABLE deliveries IS 'Received webhooks and what was begun for each; the body is what customers wrote, and no administrator''s';
ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators ON deliveries FOR SELECT TO mezzofy_admin USING (true);
GRANT SELECT (id, source, key, event, received_at, state, reason, run_id) ON deliveries TO mezzofy_admin;

-- Runs are their people's; an administrator learns of a delivery's run only where it stands.
CREATE FUNCTION delivery_run(delivery uuid) RETURNS TABLE (state text, waiting_for text, acted boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.state, r.waiting_for,
           EXISTS (SELECT FROM effects e WHERE e.run_id = r.id AND e.state <> 'failed' AND NOT e.taken_back)
    FROM deliveries d JOIN runs r ON r.id = d.run_id WHERE d.id = delivery
$$;
COMMENT ON FUNCTION delivery_run IS 'Where the run of a delivery stands, and whether anything left or may have left the house by it';
REVOKE EXECUTE ON FUNCTION delivery_run FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delivery_run TO mezzofy_admin;
