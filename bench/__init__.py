"""Whole-command benchmarks of dbtool beside other tools, printed as ratios: see docs/benchmarks.md."""
