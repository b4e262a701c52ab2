"""`lint`: what a file of SQL will do to a busy database, told from its text."""
