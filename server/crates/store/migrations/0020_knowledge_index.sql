-- The words of the knowledge base are cut by the program. When it cuts them in another way, it cuts those that are stored anew.

CREATE TABLE knowledge_index (
    version integer NOT NULL
);
COMMENT ON TABLE knowledge_index IS 'Which version of the program''s segmentation the tokens of knowledge_chunks come from; one row';
ALTER TABLE knowledge_index ENABLE ROW LEVEL SECURITY;
INSERT INTO knowledge_index VALUES (0);
