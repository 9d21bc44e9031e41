-- Push notifications: the devices of people, what they want to be told, and what is to be sent; see docs/app-server.md.

ALTER TABLE sessions ADD watched_until timestamptz;
COMMENT ON COLUMN sessions.watched_until IS 'A live stream of the session is open, as far as is known until then';

CREATE TABLE devices (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    token text NOT NULL UNIQUE,
    platform text CHECK (platform IN ('ios', 'android')),
    language text NOT NULL,
    name text,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);
CREATE INDEX ON devices (person_id);
CREATE INDEX ON devices (session_id);
COMMENT ON TABLE devices IS 'Phones that get push notifications, each by its Expo push token; one goes with the session that it signed in with';
ALTER TABLE devices ENABLE ROW LEVEL SECURITY;
-- Who signs in on a phone has it from then on, whoever had it before: registering is the owner's affair, like sign-in.
CREATE POLICY own ON devices TO mezzofy_member USING (person_id = (SELECT acting_person()));
GRANT SELECT (id, person_id, session_id, platform, language, name, created_at, seen_at), DELETE ON devices TO mezzofy_member;

-- However a session ends, nothing more is sent to its phone.
CREATE FUNCTION forget_devices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM devices WHERE session_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER forget_devices AFTER UPDATE OF ended_at ON sessions FOR EACH ROW
    WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION forget_devices();

CREATE TABLE notification_settings (
    person_id uuid PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    decisions boolean NOT NULL,
    results boolean NOT NULL,
    schedules boolean NOT NULL
);
COMMENT ON TABLE notification_settings IS 'What people want to be told on their phones, where they have chosen; else everything';
ALTER TABLE notification_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notification_settings TO mezzofy_member USING (person_id = (SELECT acting_person()));
GRANT SELECT, INSERT, UPDATE ON notification_settings TO mezzofy_member;

CREATE TABLE pushes (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    device_id uuid REFERENCES devices ON DELETE SET NULL,
    key text NOT NULL,
    matter text NOT NULL CHECK (matter IN ('decision', 'question', 'result', 'failure', 'skipped')),
    run_id uuid REFERENCES runs ON DELETE CASCADE,
    approval_id uuid,
    schedule_id uuid REFERENCES schedules ON DELETE CASCADE,
    state text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'done', 'failed', 'dropped', 'unknown')),
    tries integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    ticket text,
    reason text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    CHECK ((next_at IS NOT NULL) = (state IN ('waiting', 'sending', 'sent'))),
    -- A device is told the same once.
    UNIQUE (device_id, key)
);
CREATE INDEX ON pushes (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX ON pushes (run_id);
CREATE INDEX ON pushes (schedule_id);
COMMENT ON TABLE pushes IS 'What is to be pushed to which device, without any text; stored with what it tells of, and what became of it';
COMMENT ON COLUMN pushes.next_at IS 'When it is looked at again: to be sent, to be sent by another process because that one died, or for its receipt';
ALTER TABLE pushes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON pushes TO mezzofy_member USING (person_id = (SELECT acting_person()));
GRANT SELECT, INSERT ON pushes TO mezzofy_member;

ALTER TABLE schedules ADD push boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN schedules.push IS 'Whether its owner''s devices are told how each time ended';
GRANT UPDATE (push) ON schedules TO mezzofy_member;
