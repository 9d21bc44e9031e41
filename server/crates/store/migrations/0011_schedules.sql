-- Schedules and their occurrences; with row security, see 0007 and docs/app-server.md.

CREATE TABLE schedules (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    name text NOT NULL,
    request text NOT NULL,
    rule jsonb NOT NULL,
    misfire text NOT NULL CHECK (misfire IN ('skip', 'latest', 'all')),
    paused boolean NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (person_id, name)
);
COMMENT ON TABLE schedules IS 'What is to be asked for whom again and again: the request in words, and the rule in time';
ALTER TABLE schedules ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON schedules FOR SELECT TO mezzofy_member USING (person_id = (SELECT acting_person()));
CREATE POLICY making ON schedules FOR INSERT TO mezzofy_member
    WITH CHECK (person_id = (SELECT acting_person()) AND (SELECT acting_reads('schedules')));
CREATE POLICY changing ON schedules FOR UPDATE TO mezzofy_member
    USING (person_id = (SELECT acting_person()) AND (SELECT acting_reads('schedules')));
CREATE POLICY removing ON schedules FOR DELETE TO mezzofy_member USING (person_id = (SELECT acting_person()));
GRANT SELECT, INSERT, UPDATE (name, request, rule, misfire, paused), DELETE ON schedules TO mezzofy_member;

CREATE TABLE occurrences (
    id uuid PRIMARY KEY,
    schedule_id uuid NOT NULL REFERENCES schedules ON DELETE CASCADE,
    due_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('due', 'started', 'skipped')),
    reason text,
    run_id uuid REFERENCES runs ON DELETE SET NULL,
    CHECK ((state = 'skipped') <= (reason IS NOT NULL))
);
-- No moment of a rule comes twice, whoever plans it. What a person starts by hand belongs to no moment.
CREATE UNIQUE INDEX ON occurrences (schedule_id, due_at) WHERE reason IS DISTINCT FROM 'manual';
CREATE INDEX ON occurrences (schedule_id, due_at DESC, id DESC);
CREATE INDEX ON occurrences (due_at) WHERE state = 'due';
CREATE INDEX ON occurrences (run_id);
COMMENT ON TABLE occurrences IS 'The moments of schedules: the next one ahead, those that began a run, and why the others did not';
ALTER TABLE occurrences ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON occurrences FOR SELECT TO mezzofy_member USING (EXISTS (SELECT FROM schedules s WHERE s.id = schedule_id));
CREATE POLICY adding ON occurrences FOR INSERT TO mezzofy_member WITH CHECK (EXISTS (SELECT FROM schedules s WHERE s.id = schedule_id));
-- What has been stays, but for the removal of the whole schedule.
CREATE POLICY putting_off ON occurrences FOR DELETE TO mezzofy_member
    USING (state = 'due' AND EXISTS (SELECT FROM schedules s WHERE s.id = schedule_id));
GRANT SELECT, INSERT, DELETE ON occurrences TO mezzofy_member;
