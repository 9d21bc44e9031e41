-- Deleting a file frees its bytes: they go when nothing names them any more, and the row says so.
ALTER TABLE files ADD COLUMN freed_at timestamptz;
COMMENT ON COLUMN files.freed_at IS 'When the bytes of a deleted file were found to be named by nothing else, and went';
CREATE INDEX ON files (sha256);
CREATE INDEX ON files (deleted_at) WHERE deleted_at IS NOT NULL AND freed_at IS NULL;
-- For what a person's files take together.
CREATE INDEX ON files (person_id) INCLUDE (size) WHERE deleted_at IS NULL;

CREATE FUNCTION file_is_needed(hash text, since timestamptz) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM files WHERE sha256 = hash AND (deleted_at IS NULL OR deleted_at >= since))
        OR EXISTS (SELECT FROM effects WHERE state NOT IN ('done', 'failed') AND payload::text LIKE '%' || hash || '%')
        OR EXISTS (SELECT FROM approvals WHERE state = 'pending' AND effects::text LIKE '%' || hash || '%')
        OR EXISTS (SELECT FROM runs WHERE ended_at IS NULL AND machine::text LIKE '%' || hash || '%')
$$;
REVOKE EXECUTE ON FUNCTION file_is_needed FROM PUBLIC;
COMMENT ON FUNCTION file_is_needed IS 'Whether the bytes of this hash are a file, or were one since then, or an effect, an approval or a run may still want them';
