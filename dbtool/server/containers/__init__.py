"""Servers in containers: the project's own, by the engine, and the service of its compose file, by compose."""
