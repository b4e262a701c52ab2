-- transactional: false
-- expect
CLUSTER users USING users_pkey;
-- expect
CLUSTER users;
-- expect
CLUSTER;
