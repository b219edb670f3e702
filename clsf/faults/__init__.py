"""Mistakes that programs make: one file per kind, each used by the bug lab, the run doctor and the reader of code."""
