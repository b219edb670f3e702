"""The parts of the page Bug lab."""
