-- Wrong tries are counted apart for a device on which its person has signed in before, so that strangers lock out strangers alone. A device goes by
-- the session of its first sign-in. What was counted before counts as strangers'.
ALTER TABLE sessions ADD COLUMN known_device uuid;
COMMENT ON COLUMN sessions.known_device IS 'The session of the first sign-in on this device; null where it is this one';
ALTER TABLE sign_in_failures ADD COLUMN known_device uuid;
COMMENT ON COLUMN sign_in_failures.known_device IS 'The known device the try came from; null for a stranger''s';

CREATE TABLE refused_sign_ins (
    person_id uuid REFERENCES people ON DELETE CASCADE,
    stranger boolean NOT NULL,
    since timestamptz NOT NULL,
    more bigint NOT NULL DEFAULT 0,
    UNIQUE NULLS NOT DISTINCT (person_id, stranger)
);
ALTER TABLE refused_sign_ins ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE refused_sign_ins IS 'Refused sign-ins that the audit log does not tell yet: how many more since the one that it told; without a person those on addresses that nobody has';
