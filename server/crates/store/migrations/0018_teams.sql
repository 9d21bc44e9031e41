-- Posting in Teams: the account that somebody has signed in for it, and sign-ins that are under way; see docs/tools.md.

CREATE TABLE service_accounts (
    id uuid PRIMARY KEY,
    sealed_token text NOT NULL,
    connected_by uuid NOT NULL REFERENCES people,
    connected_at timestamptz NOT NULL,
    -- There is one.
    one boolean NOT NULL DEFAULT true UNIQUE CHECK (one)
);
COMMENT ON TABLE service_accounts IS 'The refresh token, sealed, of the Microsoft 365 account that posts in Teams';
ALTER TABLE service_accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators ON service_accounts TO mezzofy_admin USING (true);
GRANT SELECT (id, connected_by, connected_at), DELETE ON service_accounts TO mezzofy_admin;

CREATE TABLE microsoft_sign_ins (
    state_hash text PRIMARY KEY,
    verifier text NOT NULL,
    redirect_uri text NOT NULL,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    begun_at timestamptz NOT NULL
);
COMMENT ON TABLE microsoft_sign_ins IS 'Sign-ins of the service account that a browser has been sent off for; each ends once';
ALTER TABLE microsoft_sign_ins ENABLE ROW LEVEL SECURITY;
CREATE POLICY administrators ON microsoft_sign_ins FOR INSERT TO mezzofy_admin WITH CHECK (true);
GRANT INSERT ON microsoft_sign_ins TO mezzofy_admin;

-- What a person has sent in the last hour is counted for each kind.
DROP INDEX effects_person_id_created_at_idx;
CREATE INDEX ON effects (person_id, kind, created_at);

ALTER TABLE schedules ADD channel text;
COMMENT ON COLUMN schedules.channel IS 'The channel in Teams that the result is posted in';
GRANT UPDATE (inputs, emails, channel) ON schedules TO mezzofy_member;
