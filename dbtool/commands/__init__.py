"""One file per command: typed options in, one Report out, a straight line between."""
