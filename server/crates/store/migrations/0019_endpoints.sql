-- Webhooks that go out: who is told, of what, and what became of each sending; see docs/app-server.md. Their secrets are in source_secrets, under
-- `endpoint:` and the endpoint's id.

CREATE TABLE endpoints (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    created_at timestamptz NOT NULL,
    paused_reason text
);
COMMENT ON TABLE endpoints IS 'Addresses of other systems that are told what happens, signed as Standard Webhooks; ids and states, no contents';
COMMENT ON COLUMN endpoints.paused_reason IS 'Why it is told nothing at the moment';
ALTER TABLE endpoints ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators ON endpoints TO mezzofy_admin USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE (name, url, events, paused_reason), DELETE ON endpoints TO mezzofy_admin;

CREATE TABLE sendings (
    id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES endpoints ON DELETE CASCADE,
    event text NOT NULL,
    data jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'sending', 'done', 'failed')),
    tries integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    status integer,
    reason text,
    created_at timestamptz NOT NULL,
    done_at timestamptz,
    CHECK ((next_at IS NOT NULL) = (state IN ('waiting', 'sending')))
);
CREATE INDEX ON sendings (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX ON sendings (endpoint_id, id);
COMMENT ON TABLE sendings IS 'What an endpoint is told, stored in the transaction of what it tells, and what became of it';
COMMENT ON COLUMN sendings.next_at IS 'When it is looked at again: to be sent, or to be sent by another process because that one died';
ALTER TABLE sendings ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators ON sendings TO mezzofy_admin USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE (state, tries, next_at) ON sendings TO mezzofy_admin;

-- An endpoint's secrets go with it.
GRANT DELETE ON source_secrets TO mezzofy_admin;

-- Stores for each endpoint that listens what it is told. People's own transactions may not see endpoints, so it acts as the owner.
CREATE FUNCTION tell_endpoints(event text, told jsonb, at timestamptz) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO sendings (id, endpoint_id, event, data, state, next_at, created_at)
    SELECT gen_random_uuid(), e.id, tell_endpoints.event, told, 'waiting', at, at FROM endpoints e
    WHERE tell_endpoints.event = ANY (e.events) AND e.paused_reason IS NULL FOR KEY SHARE OF e
$$;
REVOKE EXECUTE ON FUNCTION tell_endpoints FROM PUBLIC;

CREATE FUNCTION tell_of_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.kind = 'run.state' THEN
        IF NEW.data ->> 'state' IN ('succeeded', 'failed', 'cancelled') THEN
            PERFORM tell_endpoints('run.ended', jsonb_build_object('run_id', NEW.run_id, 'state', NEW.data -> 'state'), NEW.created_at);
        ELSIF NEW.data ->> 'state' = 'waiting' THEN
            PERFORM tell_endpoints('run.waiting', jsonb_build_object('run_id', NEW.run_id, 'waiting_for', NEW.data -> 'waiting_for'),
                NEW.created_at);
        END IF;
    ELSE
        PERFORM tell_endpoints(NEW.kind, jsonb_build_object('run_id', NEW.run_id, 'approval_id', NEW.data -> 'approval_id',
            'state', NEW.data -> 'state'), NEW.created_at);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER tell_of_event AFTER INSERT ON events FOR EACH ROW
    WHEN (NEW.kind IN ('run.state', 'approval.requested', 'approval.decided')) EXECUTE FUNCTION tell_of_event();

CREATE FUNCTION tell_of_effect() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM tell_endpoints('effect.ended', jsonb_build_object('effect_id', NEW.id, 'run_id', NEW.run_id, 'kind', NEW.kind,
        'state', NEW.state), coalesce(NEW.done_at, now()));
    RETURN NULL;
END
$$;
CREATE TRIGGER tell_of_effect AFTER UPDATE OF state ON effects FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state AND NEW.state IN ('done', 'failed', 'unknown')) EXECUTE FUNCTION tell_of_effect();
