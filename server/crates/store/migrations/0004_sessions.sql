ALTER TABLE sessions
    ADD COLUMN device text,
    ADD COLUMN last_seen_at timestamptz;
UPDATE sessions SET last_seen_at = created_at;
ALTER TABLE sessions ALTER COLUMN last_seen_at SET NOT NULL;
COMMENT ON TABLE sessions IS 'A sign-in on one device, until its person, a new password or the reuse of an old refresh token ends it; last_seen_at is the newest sign-in or refresh';
