"""Trigger families: what sql/triggers/*.sql says once, and tables have by their category."""
