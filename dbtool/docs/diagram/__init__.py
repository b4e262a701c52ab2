"""Diagrams drawn here, without a browser and without a library: layout.py says where, svg.py how."""
