-- Whether this role may create databases here.
SELECT r.rolcreatedb OR r.rolsuper AS may FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user
