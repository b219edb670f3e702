"""Runs: what was trained, event by event, kept so that nothing is lost when a tab, the app or the machine goes."""
