-- Schedules that run a skill with set inputs instead of a request in words, and to whom the result goes; see 0011.

ALTER TABLE schedules
    ADD agent text,
    ADD skill text,
    ADD inputs jsonb NOT NULL DEFAULT '{}',
    ADD emails text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN schedules.skill IS 'Runs with the inputs in place of the request, which then only says in words what is done';
COMMENT ON COLUMN schedules.emails IS 'Who gets the result by mail';
