"""The documentation of a schema: Markdown with Mermaid diagrams, and one HTML file with diagrams drawn here."""
