-- yoyo's own tables, version 2 of its schema, so that either tool can make them and the other use them.
CREATE TABLE IF NOT EXISTS {schema}._yoyo_migration (
    migration_hash varchar(64),
    migration_id varchar(255),
    applied_at_utc timestamp,
    PRIMARY KEY (migration_hash)
);

CREATE TABLE IF NOT EXISTS {schema}._yoyo_log (
    id varchar(36),
    migration_hash varchar(64),
    migration_id varchar(255),
    operation varchar(10),
    username varchar(255),
    hostname varchar(255),
    comment varchar(255),
    created_at_utc timestamp,
    PRIMARY KEY (id)
);

CREATE TABLE IF NOT EXISTS {schema}._yoyo_version (
    version int NOT NULL PRIMARY KEY,
    installed_at_utc timestamp
);

CREATE TABLE IF NOT EXISTS {schema}.yoyo_lock (
    locked int DEFAULT 1,
    ctime timestamp,
    pid int NOT NULL,
    PRIMARY KEY (locked)
);

INSERT INTO {schema}._yoyo_version (version, installed_at_utc)
VALUES (2, clock_timestamp() AT TIME ZONE 'UTC')
ON CONFLICT (version) DO NOTHING
