"""A run store that waits for its writes, for tests that look into its file."""

from __future__ import annotations

from clsf.runs.store import RunStore
from clsf.runs.writer import Writer

SECONDS = 10.0


def waited_for(store: RunStore) -> RunStore:
    """Make each write of a store return only when readers see it, or when the disk fails."""
    writer: Writer = store._writer
    write = writer.write

    def write_and_wait(batch: list) -> int:
        number = write(batch)
        writer.settle(SECONDS, number)
        return number

    writer.write = write_and_wait
    return store
