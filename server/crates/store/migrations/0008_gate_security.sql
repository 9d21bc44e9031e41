-- Row security of approvals, standing approvals and second factors; see 0007.

-- Who asked decides, and for many recipients whoever may decide for others of the department; management for all.
CREATE FUNCTION acting_in(department text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(acting_department() IN (department, 'management'), false);
COMMENT ON FUNCTION acting_in IS 'Whether the acting person is of this department, or of management';

ALTER TABLE approvals ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON approvals TO mezzofy_member USING (person_id = (SELECT acting_person()));
CREATE POLICY for_others ON approvals FOR SELECT TO mezzofy_member
    USING (recipients > 50 AND (SELECT acting_reads('approvals')) AND acting_in(department));
GRANT SELECT, INSERT, UPDATE ON approvals TO mezzofy_member;

-- A run of the department looks whether one covers it; only those who may give one write it.
ALTER TABLE standing_approvals ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_department ON standing_approvals FOR SELECT TO mezzofy_member USING (acting_in(department));
CREATE POLICY giving ON standing_approvals FOR INSERT TO mezzofy_member
    WITH CHECK (person_id = (SELECT acting_person()) AND (SELECT acting_reads('standing_approvals')) AND acting_in(department));
CREATE POLICY ending ON standing_approvals FOR UPDATE TO mezzofy_member
    USING ((SELECT acting_reads('standing_approvals')) AND acting_in(department));
GRANT SELECT, INSERT, UPDATE (ended_at) ON standing_approvals TO mezzofy_member;

-- The mails of all people of a department count, and nobody sees those of another.
CREATE FUNCTION standing_approval_used(approval uuid, since timestamptz) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    RETURN (SELECT count(*) FROM effects WHERE standing_approval_id = approval AND created_at >= since AND state <> 'failed');
COMMENT ON FUNCTION standing_approval_used IS 'How many effects went out by a standing approval; those that failed or were taken back do not count';
REVOKE EXECUTE ON FUNCTION standing_approval_used FROM PUBLIC;
GRANT EXECUTE ON FUNCTION standing_approval_used TO mezzofy_member;

-- What somebody signs in with besides the password is the owner's affair, like sign-in itself.
ALTER TABLE second_factors ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_codes ENABLE ROW LEVEL SECURITY;
