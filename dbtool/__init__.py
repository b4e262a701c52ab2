"""dbtool: operations for teams that run PostgreSQL on raw SQL files."""
