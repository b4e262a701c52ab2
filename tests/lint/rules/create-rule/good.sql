DROP RULE no_delete ON users;
