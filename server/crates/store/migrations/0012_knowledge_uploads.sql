-- Documents that administrators add to the knowledge base themselves, beside those of a folder; see 0010 and docs/data.md.

ALTER TABLE knowledge_documents ADD uploaded boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN knowledge_documents.uploaded IS 'Whether it was added over the API; an import of a folder leaves it alone';
-- A folder and the uploads may each have a document of the same name.
ALTER TABLE knowledge_documents DROP CONSTRAINT knowledge_documents_name_key;
ALTER TABLE knowledge_documents ADD UNIQUE (name, uploaded);

CREATE POLICY listed ON knowledge_documents FOR SELECT TO mezzofy_admin USING (true);
CREATE POLICY added ON knowledge_documents FOR INSERT TO mezzofy_admin WITH CHECK (uploaded);
CREATE POLICY removed ON knowledge_documents FOR DELETE TO mezzofy_admin USING (uploaded);
GRANT SELECT, INSERT, DELETE ON knowledge_documents TO mezzofy_admin;
-- Writing, and no reading: an administrator lists documents, and reads in them what their department may.
CREATE POLICY added ON knowledge_chunks FOR INSERT TO mezzofy_admin
    WITH CHECK (document_id IN (SELECT d.id FROM knowledge_documents d WHERE d.uploaded));
GRANT INSERT ON knowledge_chunks TO mezzofy_admin;

-- Two that count at once do it one after the other; searches go on meanwhile.
CREATE FUNCTION count_knowledge_words() RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    LOCK TABLE knowledge_words IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM knowledge_words;
    INSERT INTO knowledge_words (word, pieces) SELECT word, ndoc FROM ts_stat('SELECT tokens FROM public.knowledge_chunks');
$$;
COMMENT ON FUNCTION count_knowledge_words IS 'Counts anew how many pieces of the knowledge base have each word';
REVOKE EXECUTE ON FUNCTION count_knowledge_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_knowledge_words TO mezzofy_admin;
