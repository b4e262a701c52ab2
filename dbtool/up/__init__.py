"""What `dbtool up` and `dbtool down` are made of: which kind of server, its start, the databases of git branches."""
