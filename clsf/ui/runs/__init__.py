"""The Runs page: find, name, overlay, export and import a student's own runs."""
