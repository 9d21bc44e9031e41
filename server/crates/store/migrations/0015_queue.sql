-- Who goes first, and how much at once; see docs/app-server.md.

ALTER TABLE runs ADD background boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN runs.background IS 'Nobody waits for it: a schedule or a webhook began it, and people go before it';
-- How many of a person are at work.
CREATE INDEX ON runs (person_id) WHERE state = 'running';
