"""The benchmark: our loops compared with a student's usual ones on one machine. See `python -m clsf bench`."""
