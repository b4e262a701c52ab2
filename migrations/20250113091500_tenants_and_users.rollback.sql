DROP TABLE users;
DROP TABLE tenants;
DROP FUNCTION set_updated_at();
DROP FUNCTION current_tenant_id();
