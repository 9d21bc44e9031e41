ALTER TABLE messages ADD COLUMN file_ids uuid[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN messages.file_ids IS 'The files that a person sent with it, in their order';
