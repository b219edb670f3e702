"""Images: where they come from, how they are prepared and split, and the order of the batches. NumPy, no framework."""
