"""What changes in a database, as it is decoded from the write-ahead log: `dbtool feed`."""
