CREATE TABLE member (who text, team int);
CREATE VIEW teams AS SELECT who, team FROM member;
CREATE TABLE t (team int);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON t TO case_reader USING (team IN (SELECT teams.team FROM teams WHERE teams.who = CURRENT_USER));
COMMENT ON POLICY mine ON t IS 'of my team';
