"""Experiments: named sets of runs that differ in one thing, or in a student's own grid of things.

values, sets, grid   the arms to train, before anything runs
regularised          the model with dropout or batch normalisation put in, and without
estimate             how long it may take
start, found         put into the queue, and found again later
settings             what runs differ in
verdict              which one is ahead, by how much, and whether that is more than chance
"""
