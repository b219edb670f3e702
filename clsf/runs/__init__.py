"""Runs: each training, event by event, saved so that nothing is lost when a tab, the app or the machine stops."""
