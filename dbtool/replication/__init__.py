"""What replication does and what holds it up: facts of one look, measures of two, causes, and how they are told."""
