CREATE TABLE people (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    name text NOT NULL,
    title text NOT NULL,
    role text NOT NULL,
    department text NOT NULL,
    language text NOT NULL,
    password_hash text NOT NULL,
    disabled boolean NOT NULL DEFAULT false,
    event_cursor bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE people IS 'Who can sign in; event_cursor is the cursor of the person''s newest event';

CREATE TABLE sign_in_failures (
    email text NOT NULL,
    failed_at timestamptz NOT NULL
);
CREATE INDEX ON sign_in_failures (email, failed_at);
COMMENT ON TABLE sign_in_failures IS 'Wrong passwords, counted to slow down guessing; cleared by a right one';

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text
);
CREATE INDEX ON sessions (person_id);
COMMENT ON TABLE sessions IS 'A sign-in on one device, until sign-out or the reuse of an old refresh token ends it';

CREATE TABLE refresh_tokens (
    hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX ON refresh_tokens (session_id);
COMMENT ON TABLE refresh_tokens IS 'SHA-256 of each refresh token given out; a second use ends the session';

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    title text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX ON conversations (person_id, id DESC);
COMMENT ON TABLE conversations IS 'A thread of messages between a person and the assistant';

CREATE TABLE runs (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    state text NOT NULL,
    waiting_for text,
    agent text,
    skill text,
    inputs jsonb NOT NULL DEFAULT '{}',
    tools text[] NOT NULL DEFAULT '{}',
    answer text,
    error jsonb,
    machine jsonb NOT NULL,
    version integer NOT NULL DEFAULT 0,
    usage jsonb NOT NULL,
    cancel_asked boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX ON runs (conversation_id, id DESC);
CREATE INDEX ON runs (conversation_id) WHERE state = 'waiting';
COMMENT ON TABLE runs IS 'A piece of work; machine is the run machine after its last step, version guards it against a second worker';

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    run_id uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    author text NOT NULL CHECK (author IN ('person', 'assistant')),
    text text NOT NULL,
    choices text[] NOT NULL DEFAULT '{}',
    client_id uuid,
    created_at timestamptz NOT NULL,
    UNIQUE (conversation_id, client_id)
);
CREATE INDEX ON messages (conversation_id, id DESC);
COMMENT ON TABLE messages IS 'What a person sees in a conversation; client_id makes sending again harmless';

CREATE TABLE files (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    run_id uuid REFERENCES runs ON DELETE SET NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX ON files (person_id, id DESC);
CREATE INDEX ON files (run_id);
COMMENT ON TABLE files IS 'Files by owner; the bytes are in the file storage under their SHA-256';

CREATE TABLE events (
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    cursor bigint NOT NULL,
    run_id uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
    kind text NOT NULL,
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, cursor)
);
CREATE INDEX ON events (run_id, cursor);
COMMENT ON TABLE events IS 'What happened, append only; the cursor rises by one per person without gaps';

CREATE TABLE effects (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    run_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    idempotency_key text NOT NULL UNIQUE,
    payload jsonb NOT NULL,
    payload_hash text NOT NULL,
    walk jsonb,
    error text,
    created_at timestamptz NOT NULL,
    done_at timestamptz
);
CREATE INDEX ON effects (person_id, id DESC);
CREATE INDEX ON effects (run_id);
COMMENT ON TABLE effects IS 'Every change outside the database, as the outbox shows it, kept when its conversation is deleted; walk is how far it has come with the provider';

CREATE TABLE ledger_accounts (
    code text PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL
);
COMMENT ON TABLE ledger_accounts IS 'The chart of accounts, as imported';

CREATE TABLE ledger_entries (
    entry_id text PRIMARY KEY,
    date date NOT NULL,
    closing boolean NOT NULL,
    content_hash text NOT NULL
);
CREATE INDEX ON ledger_entries (date);
COMMENT ON TABLE ledger_entries IS 'Balanced entries; content_hash tells the same entry again from another of the same id';

CREATE TABLE ledger_lines (
    entry_id text NOT NULL REFERENCES ledger_entries ON DELETE CASCADE,
    number integer NOT NULL,
    account_code text NOT NULL REFERENCES ledger_accounts,
    currency text NOT NULL,
    amount numeric(20, 4) NOT NULL,
    description text NOT NULL,
    PRIMARY KEY (entry_id, number)
);
CREATE INDEX ON ledger_lines (account_code);
COMMENT ON TABLE ledger_lines IS 'The lines of an entry; amount is debit minus credit';

CREATE TABLE ledger_state (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    entries bigint NOT NULL,
    hash text NOT NULL
);
COMMENT ON TABLE ledger_state IS 'How many entries the ledger holds and the hash over all of them, kept by each import';

CREATE TABLE local365_documents (
    mailbox text NOT NULL,
    id uuid NOT NULL,
    folder text NOT NULL,
    tags text[] NOT NULL,
    at timestamptz NOT NULL,
    version bigint NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (mailbox, id)
);
CREATE INDEX ON local365_documents (mailbox, folder, at DESC, id DESC);
CREATE INDEX ON local365_documents USING gin (tags);
COMMENT ON TABLE local365_documents IS 'The mailboxes of local365, which serves where no Microsoft 365 tenant is configured';

CREATE TABLE local365_blobs (
    id uuid PRIMARY KEY,
    bytes bytea NOT NULL
);
COMMENT ON TABLE local365_blobs IS 'Attachments in the mailboxes of local365';
