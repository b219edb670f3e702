"""The parts of the page For teachers: assignments, the class, handouts, the guide."""
