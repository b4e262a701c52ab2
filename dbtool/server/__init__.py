"""Local servers: each file here is the only one that knows its kind."""
