CREATE TABLE members (who text, team int);
CREATE FUNCTION allowed(int) RETURNS boolean STABLE LANGUAGE sql AS 'SELECT true';
CREATE TABLE t (team int);
CREATE POLICY p ON t USING (allowed(team) AND EXISTS (SELECT FROM members m WHERE m.team = t.team AND m.who = CURRENT_USER));
