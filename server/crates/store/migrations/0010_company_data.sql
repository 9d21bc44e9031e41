-- Leads, tickets, campaigns, knowledge and what people want remembered; with row security, see 0007 and docs/data.md.

CREATE FUNCTION acting_email() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    RETURN (SELECT email FROM people WHERE id = acting_person());
COMMENT ON FUNCTION acting_email IS 'The address of the acting person, by which leads are assigned';

CREATE TABLE leads (
    id uuid PRIMARY KEY,
    company text NOT NULL,
    industry text NOT NULL DEFAULT '',
    location text NOT NULL DEFAULT '',
    website text NOT NULL DEFAULT '',
    source text NOT NULL DEFAULT '',
    status text NOT NULL CHECK (status IN ('new', 'contacted', 'qualified', 'proposal', 'negotiation', 'won', 'lost')),
    assigned_to text CHECK (assigned_to = lower(assigned_to)),
    follow_up_date date,
    last_contacted date,
    opted_out boolean NOT NULL DEFAULT false,
    notes text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    status_changed_at timestamptz NOT NULL
);
CREATE INDEX ON leads (assigned_to, id DESC);
CREATE INDEX ON leads (follow_up_date) WHERE follow_up_date IS NOT NULL;
COMMENT ON TABLE leads IS 'Companies that may become customers, one row each: the company and how far the talk has come';

CREATE TABLE lead_contacts (
    lead_id uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    number integer NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    email_valid boolean NOT NULL,
    phone text NOT NULL,
    PRIMARY KEY (lead_id, number)
);
CREATE INDEX ON lead_contacts (email);
COMMENT ON TABLE lead_contacts IS 'Whom to talk to at a lead; number 1 is written to first';

CREATE TABLE lead_activities (
    id uuid PRIMARY KEY,
    lead_id uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('created', 'merged', 'status', 'assigned', 'contacted', 'opted_out', 'changed')),
    person_id uuid REFERENCES people ON DELETE SET NULL,
    detail text NOT NULL
);
CREATE INDEX ON lead_activities (lead_id, at);
COMMENT ON TABLE lead_activities IS 'What happened to a lead, append only; a merge moves them to the lead that stays';

CREATE FUNCTION keep_opt_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an opt-out is final' USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER opt_out_is_final BEFORE UPDATE ON leads FOR EACH ROW WHEN (OLD.opted_out AND NOT NEW.opted_out)
    EXECUTE FUNCTION keep_opt_out();

ALTER TABLE leads ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON leads FOR SELECT TO mezzofy_member
    USING ((SELECT acting_reads('leads')) OR ((SELECT acting_reads('own_leads')) AND assigned_to = (SELECT acting_email())));
CREATE POLICY adding ON leads FOR INSERT TO mezzofy_member WITH CHECK ((SELECT acting_reads('change_leads')));
CREATE POLICY changing ON leads FOR UPDATE TO mezzofy_member USING ((SELECT acting_reads('change_leads')));
CREATE POLICY merging ON leads FOR DELETE TO mezzofy_member USING ((SELECT acting_reads('change_leads')));
GRANT SELECT, INSERT, UPDATE, DELETE ON leads TO mezzofy_member;
ALTER TABLE lead_contacts ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_lead ON lead_contacts TO mezzofy_member USING (EXISTS (SELECT FROM leads l WHERE l.id = lead_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON lead_contacts TO mezzofy_member;
ALTER TABLE lead_activities ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_lead ON lead_activities TO mezzofy_member USING (EXISTS (SELECT FROM leads l WHERE l.id = lead_id));
GRANT SELECT, INSERT, UPDATE (lead_id) ON lead_activities TO mezzofy_member;

-- Who adds leads must learn of those of others, or a company is saved twice. No more of them is told than what tells companies apart.
CREATE FUNCTION lead_keys() RETURNS TABLE (id uuid, mine boolean, company text, industry text, location text, website text, contacts jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.id, acting_person() IS NULL OR acting_reads('leads') OR coalesce(l.assigned_to = acting_email(), false), l.company, l.industry, l.location,
           l.website, coalesce((SELECT jsonb_agg(jsonb_build_object('name', c.name, 'email', c.email, 'phone', c.phone) ORDER BY c.number)
                                FROM lead_contacts c WHERE c.lead_id = l.id), '[]')
    FROM leads l WHERE acting_person() IS NULL OR acting_reads('change_leads') ORDER BY l.id
$$;
COMMENT ON FUNCTION lead_keys IS 'What tells companies apart of all leads, for those who may add some; mine says whether the acting person sees the lead';
REVOKE EXECUTE ON FUNCTION lead_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lead_keys TO mezzofy_member;

CREATE FUNCTION opted_out(addresses text[]) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT c.email FROM lead_contacts c JOIN leads l ON l.id = c.lead_id WHERE l.opted_out AND c.email = ANY (addresses)
$$;
COMMENT ON FUNCTION opted_out IS 'Which of these addresses do not want to hear from the company; for everybody who sends';
REVOKE EXECUTE ON FUNCTION opted_out FROM PUBLIC;
GRANT EXECUTE ON FUNCTION opted_out TO mezzofy_member;

CREATE TABLE tickets (
    id text PRIMARY KEY,
    created_at timestamptz NOT NULL,
    customer text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    category text NOT NULL,
    priority text NOT NULL,
    status text NOT NULL,
    resolved_at timestamptz,
    language text NOT NULL
);
CREATE INDEX ON tickets (created_at);
COMMENT ON TABLE tickets IS 'Support tickets as imported; the same number again is the same ticket, later';
ALTER TABLE tickets ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON tickets FOR SELECT TO mezzofy_member USING ((SELECT acting_reads('tickets')));
GRANT SELECT ON tickets TO mezzofy_member;

CREATE TABLE campaigns (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    channel text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on >= starts_on),
    currency text NOT NULL,
    spent numeric(14, 2) NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    leads bigint NOT NULL
);
COMMENT ON TABLE campaigns IS 'What marketing ran, what it cost and what came of it; spent and results fall on the first day';
ALTER TABLE campaigns ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON campaigns FOR SELECT TO mezzofy_member USING ((SELECT acting_reads('campaigns')));
GRANT SELECT ON campaigns TO mezzofy_member;

CREATE TABLE knowledge_documents (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    title text NOT NULL,
    department text,
    sha256 text NOT NULL,
    added_at timestamptz NOT NULL
);
COMMENT ON TABLE knowledge_documents IS 'The knowledge base: what people may look up; department null is for everybody';
ALTER TABLE knowledge_documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON knowledge_documents FOR SELECT TO mezzofy_member
    USING ((department IS NULL AND (SELECT acting_person()) IS NOT NULL) OR acting_in(department));
GRANT SELECT ON knowledge_documents TO mezzofy_member;

CREATE TABLE knowledge_chunks (
    document_id uuid NOT NULL REFERENCES knowledge_documents ON DELETE CASCADE,
    number integer NOT NULL,
    page integer,
    heading text NOT NULL,
    text text NOT NULL,
    tokens tsvector NOT NULL,
    PRIMARY KEY (document_id, number)
);
-- Without a list of pending entries, which each search would read through.
CREATE INDEX ON knowledge_chunks USING gin (tokens) WITH (fastupdate = off);
COMMENT ON TABLE knowledge_chunks IS 'Pieces of the knowledge base with the words they are found by, cut by our own segmentation';
ALTER TABLE knowledge_chunks ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_document ON knowledge_chunks FOR SELECT TO mezzofy_member
    USING (document_id IN (SELECT d.id FROM knowledge_documents d));
GRANT SELECT ON knowledge_chunks TO mezzofy_member;

-- Row security alone would keep the index of words from being used, as @@ might tell of rows on its way. This answers what the policy above
-- lets the acting person see, and no more than where the pieces are; the pieces themselves are read under the policy.
CREATE FUNCTION knowledge_pieces(wanted tsquery, most bigint) RETURNS TABLE (document_id uuid, number integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    SELECT c.document_id, c.number FROM knowledge_chunks c
    WHERE c.tokens @@ wanted AND c.document_id IN (
        SELECT d.id FROM knowledge_documents d WHERE (d.department IS NULL AND acting_person() IS NOT NULL) OR acting_in(d.department))
    LIMIT most
$$;
COMMENT ON FUNCTION knowledge_pieces IS 'Where the pieces with these words are, of documents that the acting person may read';
REVOKE EXECUTE ON FUNCTION knowledge_pieces FROM PUBLIC;
GRANT EXECUTE ON FUNCTION knowledge_pieces TO mezzofy_member;

CREATE TABLE knowledge_words (
    word text PRIMARY KEY,
    pieces bigint NOT NULL
);
COMMENT ON TABLE knowledge_words IS 'How many pieces of the knowledge base have a word, counted after each import; a search begins with rare ones';
ALTER TABLE knowledge_words ENABLE ROW LEVEL SECURITY;

-- How common a word is says nothing of any one document, so it is the same for all.
CREATE FUNCTION knowledge_words_among(words text[]) RETURNS TABLE (word text, pieces bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.word, coalesce(k.pieces, 0) FROM unnest(words) AS w (word) LEFT JOIN knowledge_words k ON k.word = w.word
$$;
COMMENT ON FUNCTION knowledge_words_among IS 'How many pieces of the knowledge base have each of these words';
REVOKE EXECUTE ON FUNCTION knowledge_words_among FROM PUBLIC;
GRANT EXECUTE ON FUNCTION knowledge_words_among TO mezzofy_member;

CREATE TABLE memories (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    text text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX ON memories (person_id, id DESC);
COMMENT ON TABLE memories IS 'Facts that a person asked to be remembered';
ALTER TABLE memories ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON memories TO mezzofy_member USING (person_id = (SELECT acting_person()));
GRANT SELECT, INSERT, DELETE ON memories TO mezzofy_member;

CREATE VIEW reporting.leads WITH (security_barrier) AS
    SELECT id, company, industry, location, website, source, status, assigned_to, follow_up_date, last_contacted, opted_out,
           created_at::date AS created_on, status_changed_at::date AS status_changed_on
    FROM leads
    WHERE (SELECT acting_reads('leads')) OR ((SELECT acting_reads('own_leads')) AND assigned_to = (SELECT acting_email()));
COMMENT ON VIEW reporting.leads IS 'Leads with their days in the company''s time zone';

CREATE VIEW reporting.tickets WITH (security_barrier) AS
    SELECT id, created_at::date AS created_on, customer, subject, category, priority, status, resolved_at::date AS resolved_on,
           round(extract(epoch FROM resolved_at - created_at) / 3600, 2) AS resolution_hours,
           status IN ('resolved', 'closed', 'solved', 'done') AS closed, language
    FROM tickets WHERE (SELECT acting_reads('tickets'));
COMMENT ON VIEW reporting.tickets IS 'Tickets without what customers wrote, with their days in the company''s time zone';

CREATE VIEW reporting.campaigns WITH (security_barrier) AS
    SELECT name, channel, starts_on, ends_on, currency, spent, impressions, clicks, leads
    FROM campaigns WHERE (SELECT acting_reads('campaigns'));
COMMENT ON VIEW reporting.campaigns IS 'What marketing ran, what it cost and what came of it';

GRANT SELECT ON reporting.leads, reporting.tickets, reporting.campaigns TO mezzofy_reader;
