"""The Runs page: a student's own runs, found, named, overlaid, taken along and brought back."""
