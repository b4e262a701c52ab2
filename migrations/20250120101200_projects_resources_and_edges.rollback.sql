DROP TRIGGER delete_edges ON users;
DROP TABLE edges;
DROP TABLE resources;
DROP TABLE projects;
DROP TABLE entity_types;
DROP FUNCTION delete_edges();
DROP TYPE entity_kind;
