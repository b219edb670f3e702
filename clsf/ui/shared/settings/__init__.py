"""The settings of a training beyond the essentials, in folded groups."""
