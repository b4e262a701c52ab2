"""The client set: what of the schema a browser's PGlite has, its migrations, and the bundle that an app applies."""
