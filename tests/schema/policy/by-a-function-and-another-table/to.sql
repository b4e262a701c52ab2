CREATE TABLE members (who text, team int);
CREATE FUNCTION allowed(team_id int) RETURNS boolean STABLE LANGUAGE sql AS 'SELECT team_id > 0';
CREATE TABLE t (team int);
CREATE POLICY p ON t USING (allowed(team) AND EXISTS (SELECT FROM members m WHERE m.team = t.team AND m.who = CURRENT_USER));
