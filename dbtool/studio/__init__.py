"""The database, browsed: harlequin or psql, run as programs on the database that is meant."""
