CREATE TABLE second_factors (
    person_id uuid PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    sealed_secret text NOT NULL,
    confirmed_at timestamptz,
    last_step bigint
);
COMMENT ON TABLE second_factors IS 'What the codes of a person''s authenticator app are made of, sealed; in force once confirmed; last_step is the step of the newest code that was taken';

CREATE TABLE recovery_codes (
    person_id uuid NOT NULL REFERENCES second_factors ON DELETE CASCADE,
    hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (person_id, hash)
);
COMMENT ON TABLE recovery_codes IS 'argon2id hash of each recovery code given out with the second factor; each is good once';
