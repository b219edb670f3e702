"""The Own classes page."""
