"""The benchmark: ours against what a student would otherwise write, side by side on one machine. See `python -m clsf bench`."""
