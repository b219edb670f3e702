"""Every session_state key of the Own classes page."""

from __future__ import annotations

SECTION = "own"  # also in the link

# Collect.
COLLECTION = "own_collection"  # the Collection of this session
GENERATION = "own_generation"  # counted up when classes change their places, so that no widget keeps another class's name
SOURCE = "own_source"
CAMERA = "own_camera"
PICKED = "own_picked"  # (class, image) that is marked
SAID = "own_said"  # [(kind of message, Sentence)] of what was just added
SET, SET_CLASSES, SET_COUNT = "own_set", "own_set_classes", "own_set_count"
AGAIN = "own_again"

# Teach.
WHOLE = "own_whole"  # whether recordings stay whole in the split
TAUGHT = "own_taught"  # Taught: what was taught last

# Try.
TRY = "own_try"
WATCH, FILE, NUMBER = "own_watch", "own_file", "own_number"
WHERE, UNKNOWN = "own_where", "own_unknown"
WHY_OPEN = "own_why"

# Questions.
QUESTION = "own_question"
WAYS = "own_ways"  # Task that trains the three ways
WAYS_FOUND = "own_ways_found"


def name(at: int, generation: int) -> str:
    return f"own_name_{generation}_{at}"


def files(at: int, generation: int) -> str:
    return f"own_files_{generation}_{at}"


def strip(at: int) -> str:
    return f"own_strip_{at}"
