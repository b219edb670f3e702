"""The Experiments page: what is tried on the left, what comes of it on the right."""
