-- An effect whose end could not be known is settled by its person's word; and what a lost request may have left is looked for once more. See docs/tools.md.

ALTER TABLE effects
    ADD COLUMN verdict text CHECK (verdict IN ('arrived', 'send_again')),
    ADD COLUMN due_at timestamptz;
CREATE INDEX ON effects (due_at) WHERE due_at IS NOT NULL;
COMMENT ON COLUMN effects.verdict IS 'What its person said of it when its end was unknown';
COMMENT ON COLUMN effects.due_at IS 'When it is taken up outside its run: to be sent again by its person''s word, or to remove a draft that a lost request may have left';
