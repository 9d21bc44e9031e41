CREATE TABLE model_calls (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY,
    run_id uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES people,
    department text NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    task text NOT NULL,
    state text NOT NULL CHECK (state IN ('reserved', 'settled', 'failed', 'lost')),
    reserved numeric(20, 10) NOT NULL CHECK (reserved >= 0),
    cost numeric(20, 10) NOT NULL CHECK (cost >= 0),
    input_tokens bigint NOT NULL DEFAULT 0,
    cache_read_tokens bigint NOT NULL DEFAULT 0,
    cache_write_5m_tokens bigint NOT NULL DEFAULT 0,
    cache_write_1h_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    settled_at timestamptz
);
CREATE INDEX ON model_calls (created_at);
CREATE INDEX ON model_calls (run_id);
COMMENT ON TABLE model_calls IS 'Every call of a model that costs money, kept when its conversation is deleted; cost is the reserved USD until the real ones are known';

CREATE TABLE budgets (
    scope text NOT NULL CHECK (scope IN ('company', 'department', 'person')),
    subject text NOT NULL CHECK ((scope = 'company') = (subject = '')),
    monthly_usd numeric(14, 2) NOT NULL CHECK (monthly_usd >= 0),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (scope, subject)
);
COMMENT ON TABLE budgets IS 'Budgets of a month that differ from the configured ones; subject is empty, a department''s code or a person''s id';
